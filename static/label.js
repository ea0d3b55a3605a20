// Keys 1 and 2 press the links that name them: what they do, a tap does, and a page without scripts, too.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || event.target.closest("input, textarea, select")) return;
  const link = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

// The link that was pressed is gone once the first text is there, and after the last: focus goes to what took its place.
let pressed = null;
document.addEventListener("click", ({ target }) => { pressed = target.closest("#begin, #again, [data-key]"); });
document.addEventListener("htmx:after:swap", () => {
  if (pressed && document.activeElement === document.body) document.querySelector("#label-1, #receipt")?.focus();
  pressed = null;
});
