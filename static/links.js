// A press with Ctrl, Shift or Meta is the browser's own, for a tab or a window; htmx would swallow it.
const isBrowsers = ({ ctrlKey, metaKey, shiftKey }) => ctrlKey || metaKey || shiftKey;

// Whether the page waits for an answer; what opens beside the stage, in a place of its own, comes when it comes.
const isUnderWay = () => document.querySelector(".htmx-request:not([hx-target])") !== null;

// The address of a link's fragment: its own panel, or that of the list around it, with the query of its page.
function fragmentOf(link) {
  const panel = link?.href && link.closest("[data-panel]")?.dataset.panel;
  return panel && panel + link.search;
}

// What scripts know of the steps: the one that is shown, the first and the last.
const shown = () => document.getElementById("goto")?.dataset ?? {};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link && isBrowsers(event)) return event.stopPropagation();
  const isThere = link?.getAttribute("aria-current") === "step" && !isUnderWay();
  if (isThere) return event.preventDefault(), event.stopPropagation();
  // htmx takes a link when it is pressed, not before: a step changes all of them, a long sentence has hundreds, and to
  // compare and to prepare them anew is what each step would wait for.
  const fragment = fragmentOf(link);
  if (!fragment) return;
  link.setAttribute("hx-get", fragment);
  htmx.process(link);
}, { capture: true });
