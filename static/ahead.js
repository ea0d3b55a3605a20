// What will most likely be pressed next is asked for before, and its answer kept as text. A press then waits for nothing,
// not even for a task of its own: the browser would paint a frame without news first, and the news with the frame after.
const MOST = 32; // answers
const answers = new Map(); // by address, the oldest first; each a promise

async function read(address) {
  const response = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!response.ok) throw new Error(response.statusText); // the press asks itself, and says what is wrong
  const text = await response.text();
  return { status: response.status, headers: response.headers, text: () => text };
}

function ask(link) {
  const address = fragmentOf(link);
  if (!address || answers.has(address) || self.origin === "null") return; // a sandboxed frame may not fetch
  if (answers.size === MOST) answers.delete(answers.keys().next().value);
  const answer = read(address);
  answers.set(address, answer);
  answer.catch(() => answers.delete(address));
}

// A hand or focus comes near; on a phone, the touch itself does, before it is a press.
for (const near of ["pointerover", "focusin"]) {
  document.addEventListener(near, ({ target }) => {
    ask(target.closest?.("#next, #previous"));
    // The slider over the moments of training presses their links; the stage should follow the finger.
    if (target.closest?.(".moments")) document.querySelectorAll(".stops a").forEach(ask);
  });
}

// Whoever steps will mostly press Next, or Previous once more: that is asked for while the step is looked at.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!ctx.sourceElement.closest?.(STEPPING)) return;
  const id = ctx.sourceElement.id === "previous" ? "previous" : "next";
  onceSeen(() => ask(document.getElementById(id)));
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const answer = answers.get(ctx.request.action);
  if (!answer) return;
  const { signal } = ctx.request; // of a press that is taken back, or waits for too long
  ctx.fetch = (...request) => new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    answer.catch(() => fetch(...request)).then(resolve, reject);
  });
});
