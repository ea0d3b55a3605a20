// A frame's sandbox may withhold the origin, without which htmx cannot fetch, or forms. Following links is always left.
const isFramed = self !== top;

if (self.origin === "null") {
  document.addEventListener("htmx:before:process", (event) => event.preventDefault()); // so links stay plain links
  for (const needsHtmx of document.querySelectorAll(".player, .player-key")) needsHtmx.remove();
  for (const button of document.querySelectorAll(".unscripted-only")) button.classList.remove("unscripted-only");
}

// No submit event follows where forms are withheld, which cannot be asked; Enter in the field clicks the button, too.
document.addEventListener("click", (event) => {
  const button = isFramed && event.target.closest("button[type=submit]");
  if (!button?.form || button.form.method !== "get") return; // no link can do what a form that posts does
  const form = button.form;
  event.preventDefault();
  const isLeftToUs = form.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true, submitter: button }));
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form, button));
  if (isLeftToUs) location.assign(url);
});
