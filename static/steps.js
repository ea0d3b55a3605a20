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
  // Whoever has pressed Next will mostly press it again: what that shows is fetched while this is looked at.
  if (ctx.sourceElement.closest?.("#next, #previous")) {
    requestAnimationFrame(() => setTimeout(() => ctx.sourceElement.dispatchEvent(new Event("ahead"))));
  }
});
