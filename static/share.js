// Copying by a button, and a frame as high as what is in it: the preview tells its height, until a person has typed one.
// What was refused stays said: the height then waits in its field for the person's next change.
let isHeightTyped = false;

let copied = null; // what was copied last, and the word for it

function sayCopied() {
  const text = document.getElementById(copied.id);
  const button = document.querySelector(`[data-copy="${copied.id}"]`);
  if (button && text?.textContent === copied.text) button.textContent = button.dataset[copied.how];
}

document.addEventListener("click", async ({ target }) => {
  const id = target.closest("[data-copy]")?.dataset.copy;
  if (!id) return;
  const { textContent: text } = document.getElementById(id);
  try {
    await navigator.clipboard.writeText(text); // not there in a frame, or without HTTPS
    copied = { id, text, how: "done" };
  } catch {
    getSelection().selectAllChildren(document.getElementById(id));
    copied = { id, text, how: "failed" };
  }
  sayCopied();
});
document.addEventListener("htmx:after:swap", () => copied && sayCopied()); // as when the preview's height has come

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

// A frame's new address would be an entry of the history, and Back would turn the preview alone; a new frame's is none.
document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  const [old, next] = [document, ...tasks.map(({ fragment }) => fragment)].map((place) => place?.querySelector("#preview"));
  if (old && next && old.getAttribute("src") !== next.getAttribute("src")) old.replaceWith(next.cloneNode());
});
