// What opens on the stage: Share and the proof, which have requests of their own, the question and the moments of training.
let followed = shown().step;

// The view to share is another by now, where a step or a sentence came first.
document.addEventListener("htmx:before:swap", (event) => {
  const { sourceElement: link, request } = event.detail.ctx;
  if (link.id !== "share" || request.action.endsWith(link.search)) return;
  event.preventDefault();
  setTimeout(() => link.click()); // once this request has ended
});

// The panel goes along with the step, and keeps what was chosen in it.
function goAlong(step) {
  const field = document.querySelector("#shared form [name=step]");
  if (!field?.form.checkValidity()) return; // htmx would take focus to what is wrong, at each step
  field.value = step;
  field.form.dispatchEvent(new Event("change"));
}

document.addEventListener("htmx:after:swap", () => {
  const { step } = shown();
  if (step !== followed) onceSeen(() => goAlong(step));
  followed = step;
});

// On a projector, the proof has the rows' place: who folds them wants to see them.
document.addEventListener("click", ({ target }) => {
  if (target.closest("#fold")) document.querySelector(".projector .proof")?.removeAttribute("open");
});

// A proof takes its time: who does something else meanwhile keeps focus there.
document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  const isFree = [document.body, ctx.sourceElement].includes(document.activeElement);
  if (ctx.sourceElement.id === "prove" && !isFree) tasks[0].fragment.querySelector("[autofocus]")?.removeAttribute("autofocus");
});

// What has opened below the screen, as on a phone, comes into sight, or the press would seem to have done nothing.
const OPENED = { share: "#shared", guess: ".guessing", training: "#moments" };

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const opened = document.querySelector(OPENED[ctx.sourceElement.id] ?? "#nothing");
  if (opened && opened.getBoundingClientRect().top > 0.75 * innerHeight) opened.scrollIntoView();
});
