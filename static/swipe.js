// A swipe to the left is Next, to the right Previous. Touch events leave all scrolling and zooming to the browser.
const LEAST = 48; // CSS pixels
const EDGE = 24; // of the screen, where a swipe is the system's Back
const LONGEST = 600; // milliseconds; a finger that stays longer selects text

let swipeFrom = null;

document.addEventListener("touchstart", (event) => {
  const { clientX: x, clientY: y, target } = event.changedTouches[0];
  const isOurs = target.closest("#stage") && !target.closest("input, select, .scroll[tabindex]");
  const isFree = event.touches.length === 1 && visualViewport.scale < 1.05 && x > EDGE && x < innerWidth - EDGE;
  swipeFrom = isOurs && isFree ? { x, y, time: event.timeStamp } : null;
}, { passive: true });

document.addEventListener("touchend", (event) => {
  if (!swipeFrom || event.timeStamp - swipeFrom.time > LONGEST) return;
  const { clientX, clientY } = event.changedTouches[0];
  const [right, down] = [clientX - swipeFrom.x, clientY - swipeFrom.y];
  swipeFrom = null;
  if (Math.abs(right) > Math.max(LEAST, 2 * Math.abs(down))) {
    document.getElementById(right < 0 ? "next" : "previous")?.click();
  }
}, { passive: true });

document.addEventListener("touchcancel", () => (swipeFrom = null));
