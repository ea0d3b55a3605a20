document.documentElement.classList.add("scripted"); // shows the controls that need scripts

document.addEventListener("htmx:error", () => {
  const error = document.getElementById("sentence-error");
  if (error) error.textContent = error.dataset.offline;
});
