document.documentElement.classList.add("scripted"); // shows the controls that need scripts

document.addEventListener("htmx:error", () => {
  const error = document.getElementById("sentence-error");
  if (error) error.textContent = "The server did not answer. Check the connection and try again.";
});
