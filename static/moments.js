// The slider over the moments of training presses the moment's link.
function links() {
  return [...document.querySelectorAll(".stops a")];
}

// A stop lies in the middle of its link; the thumb, a rem wide, should stand there too.
function align() {
  const slider = document.getElementById("moment");
  if (slider) slider.style.width = `calc(${100 - 100 / links().length}% + 1rem)`;
}

document.addEventListener("input", (event) => {
  if (event.target.id === "moment") links()[event.target.value].click();
});
document.addEventListener("htmx:after:swap", align);
align();
