// What is pressed before the last press is answered adds to it: the links themselves still name the step before.
const STEPPING = ".stepper, .tokens, .staircase, .folded";
let asked = null; // the request under way, its address and the step that it asks for; none for another sentence

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const source = ctx.sourceElement;
  if (source.matches?.("[hx-target]")) return; // it opens beside the stage, which stays at its step
  const by = { next: 1, previous: -1 }[source.id];
  if (by && asked && !asked.step) return event.preventDefault(); // the steps of another sentence are not known yet
  const url = new URL(by && asked ? asked.url : ctx.request.action, document.baseURI);
  if (by && asked) {
    const { first, last } = document.getElementById("goto").dataset;
    url.searchParams.set("step", Math.min(Math.max(asked.step + by, first), last));
  } else if (asked?.isStepping && source.matches(":is(.options a, #fold):not(#unit)")) {
    url.searchParams.set("step", asked.step); // words have steps of their own
  }
  if (asked && url.searchParams.has("step")) ctx.request.action = url.pathname + url.search;
  const step = Number(url.searchParams.get("step"));
  const isStepping = Boolean(source.closest?.(STEPPING));
  asked = step || source.matches?.("#refresh, .sentence") ? { ctx, url, step, isStepping } : null;
});

addEventListener("popstate", () => asked?.ctx.request.abort()); // Back leads from what was shown, not from what was to come

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (asked?.ctx === ctx) asked = null;
});
