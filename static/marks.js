// A step away, the sentence, its rows and the ways to look are what they were, which is most of a long text's page: the
// server leaves them out, and what marks the step in them moves here.
const MARKS = { tokens: ["context", "label", "future"], folded: ["context", "current", "future"], staircase: ["", "is-current", ""] };

function mark(element, link, kinds, side) {
  for (const kind of kinds) if (kind) element.classList.toggle(kind, kind === kinds[side + 1]);
  if (side === 0) link.setAttribute("aria-current", "step");
  else link.removeAttribute("aria-current");
}

function moveMarks(step) {
  for (const list of document.querySelectorAll(".tokens, .folded, .staircase")) {
    const [name] = list.classList;
    const isSentence = name === "tokens";
    const items = [...(list.tBodies?.[0].rows ?? list.querySelectorAll("li:not(.names)"))];
    const links = items.map((item) => item.querySelector("a, .token"));
    const marked = isSentence ? links : items;
    const from = marked.findIndex((item) => item.classList.contains(MARKS[name][1]));
    const to = step - (isSentence ? 0 : 1); // the first token is no label
    if (from === to) continue;
    for (let i = Math.min(from, to); i <= Math.max(from, to); i++) mark(marked[i], links[i], MARKS[name], Math.sign(i - to));
  }
}

function bringAlong(step) {
  for (const link of document.querySelectorAll("#stage :is(.options, .heading, .looks, .keys, .to-full) a[href]:not(#unit)")) {
    link.setAttribute("href", link.getAttribute("href").replace(/([?&]step=)\d+/, `$1${step}`));
  }
}

document.addEventListener("htmx:after:swap", () => {
  const { step } = shown();
  if (!step) return;
  moveMarks(Number(step));
  bringAlong(step);
});
