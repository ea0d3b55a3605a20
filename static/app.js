// When the server cannot be reached, say so where the visitor looks; the links go on working as links.
document.addEventListener("htmx:error", () => {
  const error = document.getElementById("sentence-error");
  if (error) error.textContent = "The server did not answer. Check the connection and try again.";
});
