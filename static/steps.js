// What is pressed before the last press is answered adds to it: the links themselves still name the step before.
const STEPPING = ".stepper, .tokens, .staircase, .folded";
const isRestored = ({ request }) => "HX-History-Restore-Request" in request.headers; // by Back or Forward
let asked = null; // the request under way, its address and the step that it asks for; none where that is not known yet

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const source = ctx.sourceElement;
  if (source.matches?.("[hx-target]")) return; // it opens beside the stage, which stays at its step
  const by = { next: 1, previous: -1 }[source.id];
  if (by && asked && !asked.step) return event.preventDefault(); // of another sentence, or of where Back leads
  const url = new URL(by && asked ? asked.url : ctx.request.action, document.baseURI);
  if (by && asked) {
    const { first, last } = shown();
    url.searchParams.set("step", Math.min(Math.max(asked.step + by, first), last));
  } else if (asked?.isStepping && source.matches(":is(.options a, #fold, .stops a, .keys a):not(#unit)")) {
    url.searchParams.set("step", asked.step); // words have steps of their own
  }
  if (asked && url.searchParams.has("step")) ctx.request.action = url.pathname + url.search;
  const step = isRestored(ctx) ? 0 : Number(url.searchParams.get("step"));
  const isStepping = Boolean(source.closest?.(STEPPING));
  asked = step || isRestored(ctx) || source.matches?.("#refresh, .sentence") ? { ctx, url, step, isStepping } : null;
});

// Back leads from what was shown, not from what was to come. Of several, htmx itself gives up the earlier.
addEventListener("popstate", () => asked?.ctx.request.abort?.());

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (isRestored(ctx) && asked?.ctx !== ctx) event.preventDefault(); // something was pressed since
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (asked?.ctx === ctx) asked = null;
});
