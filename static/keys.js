// Keys and the play button press the stage's own links: what they do, a click does, and a page without scripts too.
const LINKS = {
  ArrowLeft: "previous", ArrowRight: "next", PageUp: "previous", PageDown: "next", Home: "first", End: "last", r: "refresh", f: "projector",
};
const root = document.documentElement;
root.classList.add("scripted"); // shows the controls that need scripts

let timer = null;

function pressed(id) {
  const link = document.getElementById(id);
  if (!link || link.getAttribute("aria-disabled") === "true") return false;
  link.click();
  return true;
}

function pause() {
  clearInterval(timer);
  timer = null;
  root.classList.remove("playing");
}

function play() {
  const seconds = Number(document.getElementById("speed").value);
  timer = setInterval(() => pressed("next") || pause(), 1000 * seconds);
  root.classList.add("playing");
}

document.addEventListener("keydown", (event) => {
  const at = event.target;
  if (event.altKey || event.ctrlKey || event.metaKey || at.closest("input, textarea, select, [contenteditable]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const link = LINKS[key];
  if (link) pause();
  if (link && document.getElementById(link)) pressed(link);
  else if (key === " " && !at.closest("button, summary") && document.getElementById("play")) timer ? pause() : play();
  else if (key === "?") document.getElementById("keys")?.toggleAttribute("open");
  else return;
  event.preventDefault(); // the page should not scroll as well
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#play")) timer ? pause() : play();
  else if (event.isTrusted && event.target.closest("a, button")) pause(); // whoever steps by hand has taken over
});

document.addEventListener("change", (event) => {
  if (timer && event.target.id === "speed") pause(), play();
});
