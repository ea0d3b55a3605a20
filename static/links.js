// A press with Ctrl, Shift or Meta is the browser's own, for a tab or a window; htmx would swallow it.
const isBrowsers = ({ ctrlKey, metaKey, shiftKey }) => ctrlKey || metaKey || shiftKey;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link && isBrowsers(event)) return event.stopPropagation();
  // A long sentence has hundreds of links to its steps. htmx takes each when it is pressed, not before: to compare them
  // all anew, twice as long as they need be, is what a step would wait for.
  const panel = link?.closest("[data-panel]");
  if (!panel || link.hasAttribute("hx-get")) return;
  link.setAttribute("hx-get", panel.dataset.panel + link.search);
  htmx.process(link);
}, { capture: true });
