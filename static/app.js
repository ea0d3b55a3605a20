document.documentElement.classList.add("scripted"); // shows the controls that need scripts

for (const broken of ["htmx:error", "htmx:sse:error"]) {
  document.addEventListener(broken, () => {
    const error = document.getElementById("sentence-error");
    if (error) error.textContent = error.dataset.offline;
  });
}
