// The play button presses Next, at the speed that is chosen, until the last pair, a press by hand, Back or a hidden tab.
let playTimer = null;
let isPressing = false; // whether a click is the player's own

const hasNext = () => document.querySelector("#next[href]") !== null;

function press(id) {
  isPressing = true;
  document.getElementById(id)?.click();
  isPressing = false;
}

function pause() {
  clearInterval(playTimer);
  playTimer = null;
  document.documentElement.classList.remove("playing");
}

function play() {
  if (!hasNext()) press("first");
  const seconds = Number(document.getElementById("speed").value);
  // While the server is still at the last press, a further one would only skip a pair.
  playTimer = setInterval(() => isUnderWay() || press("next"), 1000 * seconds);
  document.documentElement.classList.add("playing");
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#play")) playTimer ? pause() : play();
  else if (!isPressing && event.target.closest("a, button")) pause(); // whoever steps by hand has taken over
});

document.addEventListener("change", (event) => {
  if (playTimer && event.target.id === "speed") pause(), play();
});

document.addEventListener("htmx:after:swap", () => hasNext() || pause());
document.addEventListener("htmx:error", pause);
addEventListener("popstate", pause);
document.addEventListener("visibilitychange", () => document.hidden && pause());
