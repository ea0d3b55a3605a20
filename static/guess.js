// Guess first: a digit taps its candidate, and focus stays near what has changed.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input[type=text], textarea, select")) return;
  document.querySelector(`.choices [aria-keyshortcuts="${CSS.escape(event.key)}"]`)?.click();
});

document.addEventListener("htmx:after:swap", () => {
  const title = document.getElementById("guess-title");
  if (!title) return;
  const field = document.getElementById("sentence");
  if (field) field.value = ""; // what was typed there is to be guessed now
  if (document.activeElement === document.body) title.focus({ preventScroll: true }); // the button pressed is gone
});
