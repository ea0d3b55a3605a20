// A long sentence has hundreds of links to its steps. htmx takes each when it is pressed, not before: to compare them all
// anew, twice as long as they need be, is what a step would wait for.
document.addEventListener("click", ({ target }) => {
  const link = target.closest("[data-panel] a[href]:not([hx-get])");
  if (!link) return;
  link.setAttribute("hx-get", link.closest("[data-panel]").dataset.panel + link.search);
  htmx.process(link);
}, { capture: true });
