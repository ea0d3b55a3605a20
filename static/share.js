// Copying by a button, and a frame as high as what is in it: the preview tells its height, until a person has typed one.
// What was refused stays said: the height then waits in its field for the person's next change.
let isHeightTyped = false;

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(text.textContent); // not there in a frame, or without HTTPS
    button.textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(text);
    button.textContent = button.dataset.failed;
  }
});

document.addEventListener("input", ({ target, isTrusted }) => {
  if (target.id === "height" && isTrusted) isHeightTyped = true;
});

addEventListener("message", ({ source, data }) => {
  const field = document.getElementById("height");
  if (data?.event !== "height" || source !== document.getElementById("preview")?.contentWindow) return;
  if (isHeightTyped || field.value === String(data.height)) return;
  field.value = data.height;
  const isRefused = document.querySelector(".sharing .error").textContent;
  if (!isRefused) field.dispatchEvent(new Event("change", { bubbles: true }));
});

// An answer to an earlier change may come while somebody types: what is typed stays.
let typing = null;

document.addEventListener("htmx:before:swap", () => {
  const { id, value } = document.activeElement;
  typing = document.activeElement.matches(".numbers input") ? { id, value } : null;
});

document.addEventListener("htmx:after:swap", () => {
  const field = typing && document.getElementById(typing.id);
  if (field) field.value = typing.value;
});
