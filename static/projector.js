// What only a projector's view needs: a button for the full screen, and the shown pair's row kept in sight.
const page = document.documentElement;

if (!document.fullscreenEnabled) page.classList.add("never-full");
document.addEventListener("click", (event) => {
  if (!event.target.closest("#fullscreen")) return;
  document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen();
});

function follow() {
  const box = document.querySelector("#stage .scroll");
  const row = box?.querySelector(".is-current");
  if (row) box.scrollTop = row.offsetTop - (box.clientHeight - row.offsetHeight) / 2;
}

document.addEventListener("htmx:after:swap", follow);
addEventListener("resize", follow);
follow();
