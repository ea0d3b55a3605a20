// Copying by a button, and a frame as high as what is in it: the preview tells its height, until a person has typed one.
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
  field.dispatchEvent(new Event("change", { bubbles: true }));
});
