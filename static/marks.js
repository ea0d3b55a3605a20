// A step away, the sentence and its rows are what they were, which is most of a long text's page: the server leaves them
// out, and what marks the step moves here.
const MARKS = { tokens: ["context", "label", "future"], folded: ["context", "current", "future"], staircase: ["", "is-current", ""] };

function mark(element, link, kinds, side) {
  for (const kind of kinds) if (kind) element.classList.toggle(kind, kind === kinds[side + 1]);
  if (side === 0) link.setAttribute("aria-current", "step");
  else link.removeAttribute("aria-current");
}

document.addEventListener("htmx:after:swap", () => {
  for (const list of document.querySelectorAll(":is(.tokens, .folded, .staircase)[data-step]")) {
    const [name] = list.classList;
    const items = list.tBodies?.[0].rows ?? list.children;
    const current = Number(list.dataset.step) - (name === "tokens" ? 0 : 1); // the first token is no label
    for (const [index, item] of [...items].entries()) {
      const link = item.querySelector("a, .token");
      mark(name === "tokens" ? link : item, link, MARKS[name], Math.sign(index - current));
    }
  }
});
