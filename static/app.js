document.documentElement.classList.add("scripted"); // shows the controls that need scripts

// What may wait until the change is on screen: to ask for sizes before would lay the page out twice, to fetch would delay it.
const onceSeen = (then) => requestAnimationFrame(() => setTimeout(then));

for (const broken of ["htmx:error", "htmx:sse:error"]) {
  document.addEventListener(broken, () => {
    const error = document.getElementById("sentence-error");
    if (error) error.textContent = error.dataset.offline;
  });
}
