// The slider over the moments of training presses the moment's link. What the links lead to is fetched when the hand
// comes near, so that the stage follows the finger.
const fetched = new Map();

function links() {
  return [...document.querySelectorAll(".stops a")];
}

function prefetch() {
  if (self.origin === "null") return; // a sandboxed frame may not fetch
  for (const link of links()) {
    const url = link.getAttribute("hx-get");
    if (!fetched.has(url)) fetched.set(url, fetch(url, { headers: { "HX-Request": "true" } }));
  }
}

// A stop lies in the middle of its link; the thumb, a rem wide, should stand there too.
function align() {
  const slider = document.getElementById("moment");
  if (slider) slider.style.width = `calc(${100 - 100 / links().length}% + 1rem)`;
}

document.addEventListener("pointerover", (event) => event.target.closest(".moments") && prefetch());
document.addEventListener("focusin", (event) => event.target.id === "moment" && prefetch());
document.addEventListener("input", (event) => {
  if (event.target.id === "moment") links()[event.target.value].click();
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const answer = fetched.get(ctx.sourceElement.getAttribute?.("hx-get"));
  if (answer && ctx.sourceElement.closest(".stops")) ctx.fetch = async () => (await answer).clone();
});
document.addEventListener("htmx:after:swap", () => {
  // Another sentence or step has other answers; the old ones would only fill the memory.
  const current = new Set(links().map((link) => link.getAttribute("hx-get")));
  for (const url of fetched.keys()) if (!current.has(url)) fetched.delete(url);
  align();
});
align();
