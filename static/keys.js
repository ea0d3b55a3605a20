// Keys press the stage's own links and buttons: what they do, a click does, and mostly a page without scripts, too.
const CONTROLS = {
  ArrowLeft: "previous", ArrowRight: "next", PageUp: "previous", PageDown: "next", Home: "first", End: "last",
  " ": "play", r: "refresh", f: "projector", g: "guess",
};
const LETTERS = ["r", "f", "g", "?"]; // whoever speaks to their computer may type these unawares: an option turns them off
const FIELDS = "input, textarea, select, [contenteditable]";

let listedFrom = null; // where the visitor was when the list of keys opened

function toggleList(list) {
  list.open = !list.open;
  if (list.open) {
    listedFrom = { element: document.activeElement, top: scrollY };
    list.querySelector("summary").focus({ preventScroll: true });
    list.scrollIntoView({ block: "nearest" });
  } else if (listedFrom) {
    list.querySelector("summary").blur();
    listedFrom.element.focus({ preventScroll: true });
    scrollTo({ top: listedFrom.top });
    listedFrom = null;
  }
}

function isMeantForTheStage(event, key) {
  const at = event.target;
  if (event.altKey || event.ctrlKey || event.metaKey || (event.shiftKey && key !== "?")) return false;
  if (LETTERS.includes(key) && new URLSearchParams(location.search).get("keys") === "off") return false;
  if (key === " ") return !at.closest(`button, summary, ${FIELDS}`);
  if (key.length > 1 && at.matches(":not(a)[tabindex='0']")) return false; // it scrolls by them
  return !at.closest(FIELDS);
}

document.addEventListener("keydown", (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const list = document.getElementById("keys");
  if (key === "Escape" && list?.open && (listedFrom || list.contains(event.target))) return toggleList(list);
  const control = document.getElementById(key === "?" ? "keys" : CONTROLS[key]);
  if (!control || !isMeantForTheStage(event, key)) return;
  event.preventDefault(); // the page should not scroll as well
  // A held key repeats faster than the server may answer: its next step waits, so that letting go stops at once.
  const isWelcome = !event.repeat || (key.length > 1 && !isUnderWay());
  if (isWelcome) key === "?" ? toggleList(control) : control.click();
});
