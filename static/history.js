// Back and Forward change what is another, as a step does, so that focus and what is in sight stay; the field then says
// what the address says, and no more what was typed.
const isRestored = (ctx) => "HX-History-Restore-Request" in ctx.request.headers;

globalThis.navigation?.addEventListener("navigate", (event) => {
  // htmx intercepts it, and browsers then take focus away, if nobody objects.
  if (event.navigationType === "traverse" && event.canIntercept && !event.hashChange) event.intercept({ focusReset: "manual" });
});

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (isRestored(ctx)) ctx.swap = "outerMorph";
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (isRestored(ctx)) document.querySelector("form.sentence").reset();
});
