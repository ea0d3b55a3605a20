// A press with Ctrl, Shift or Meta is the browser's own, for a tab or a window; htmx would swallow it.
const isBrowsers = ({ ctrlKey, metaKey, shiftKey }) => ctrlKey || metaKey || shiftKey;

// Where a link's fragment is: its own panel, or that of the list around it, has the same query as the page.
const fragmentOf = (link) => link.href && link.closest("[data-panel]") && link.closest("[data-panel]").dataset.panel + link.search;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link && isBrowsers(event)) return event.stopPropagation();
  const isThere = link?.getAttribute("aria-current") === "step" && !document.querySelector(".htmx-request");
  if (isThere) return event.preventDefault(), event.stopPropagation();
  // htmx takes a link when it is pressed, not before: a step changes all of them, a long sentence has hundreds, and to
  // compare and to prepare them anew is what each step would wait for.
  const fragment = link && fragmentOf(link);
  if (!fragment) return;
  link.setAttribute("hx-get", fragment);
  htmx.process(link);
}, { capture: true });
