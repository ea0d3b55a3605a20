// A box is a stop for the keyboard only while it has something to scroll to; keys and swipes then belong to it.
function markScrolling() {
  for (const box of document.querySelectorAll(".scroll, .projector #stage > :is(.cards, .card)")) {
    const hidden = Math.max(box.scrollWidth - box.clientWidth, box.scrollHeight - box.clientHeight);
    if (hidden > 1) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  }
}

new ResizeObserver(markScrolling).observe(document.documentElement);
document.addEventListener("htmx:after:swap", () => onceSeen(markScrolling));
