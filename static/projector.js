// What only a projector's view needs: a button for the full screen, and the shown pair kept in sight.
const page = document.documentElement;

if (!document.fullscreenEnabled) page.classList.add("never-full");
document.addEventListener("click", (event) => {
  if (!event.target.closest("#fullscreen")) return;
  document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen();
});

function follow() {
  for (const shown of document.querySelectorAll(".projector :is(.scroll .is-current, .tokens.many .label)")) {
    const box = shown.closest(".scroll, .tokens.many");
    box.scrollTop = shown.offsetTop - (box.clientHeight - shown.offsetHeight) / 2;
  }
}

document.addEventListener("htmx:after:swap", follow);
addEventListener("resize", follow);
follow();
