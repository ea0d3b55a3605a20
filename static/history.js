// Back and Forward change what is another, as a step does, so that focus stays; field and slider then say what the
// address says, and no more what a hand has left in them.
globalThis.navigation?.addEventListener("navigate", (event) => {
  // Browsers take focus away from a page that answers for Back itself, as htmx does, unless it objects.
  if (event.navigationType === "traverse" && event.canIntercept && !event.hashChange) event.intercept({ focusReset: "manual" });
});

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (isRestored(ctx)) ctx.swap = "outerMorph";
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  if (!isRestored(ctx) || tasks.some(({ fragment }) => fragment.firstElementChild)) return;
  event.preventDefault();
  location.reload(); // an error's page has no stage to put in the place of this one: it is shown itself
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!isRestored(ctx)) return;
  document.querySelector("form.sentence")?.reset();
  const slider = document.getElementById("moment");
  if (slider) slider.value = slider.defaultValue;
});
