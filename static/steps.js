// A second press of Next, before the first is answered, means one step more: the link itself still names the old one.
let asked = null; // the request under way, its address and the step that it asks for

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const by = { next: 1, previous: -1 }[ctx.sourceElement.id];
  const url = new URL(by && asked ? asked.url : ctx.request.action, document.baseURI);
  if (by && asked) {
    const { first, last } = document.querySelector(".stepper").dataset;
    url.searchParams.set("step", Math.min(Math.max(asked.step + by, first), last));
    ctx.request.action = url.pathname + url.search;
  }
  const step = Number(url.searchParams.get("step"));
  asked = step ? { ctx, url, step } : null;
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (asked?.ctx === ctx) asked = null;
  if (!ctx.sourceElement.closest?.(".stepper, .tokens, .staircase, .folded")) return;
  // Whoever steps will mostly press Next, or Previous once more: what that shows is fetched while this is looked at.
  const link = document.getElementById(ctx.sourceElement.id === "previous" ? "previous" : "next");
  requestAnimationFrame(() => setTimeout(() => link?.dispatchEvent(new Event("ahead"))));
});
