// Folding carries each label from its row to its column, and unfolding back. Whoever wants no motion sees the end at once.
const stillness = matchMedia("(prefers-reduced-motion: reduce)");
let travelling = [];

function isInSight(label) {
  const box = label.getBoundingClientRect();
  const frame = label.closest(".scroll, .folded").getBoundingClientRect(); // a label on its way would not be cut at its edge
  return box.width > 0 && box.left >= frame.left && box.right <= frame.right && box.bottom > 0 && box.top < innerHeight;
}

function name() {
  for (const link of document.querySelectorAll(":is(.scroll, .folded) [id^=row]")) {
    const label = [...link.closest("tr, li").querySelectorAll(".label")].find(isInSight);
    if (label) label.style.setProperty("view-transition-name", link.id), travelling.push(label);
  }
}

function unname() {
  for (const label of travelling) label.removeAttribute("style");
  travelling = [];
}

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.id === "fold") ctx.transition = !stillness.matches;
});

// The title comes at once: after the transition it could come after that of a step made meanwhile.
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx.transition) document.title = ctx.title, ctx.title = "";
});

document.addEventListener("htmx:before:viewTransition", ({ detail }) => {
  const swap = detail.task;
  name();
  detail.task = async () => {
    unname();
    await swap();
    name();
  };
});

document.addEventListener("htmx:finally:request", unname);
