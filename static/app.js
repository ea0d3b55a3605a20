// What htmx cannot do, the plain link or form still can.
document.addEventListener("htmx:error", (event) => {
  const source = event.detail?.ctx?.sourceElement;
  // In a sandboxed frame without an origin of its own, htmx may not fetch; navigating is still allowed.
  if (self.origin === "null" && source?.href) {
    location.href = source.href;
  } else if (self.origin === "null" && source instanceof HTMLFormElement) {
    const { name, value } = event.detail.ctx.request?.submitter ?? {};
    const pressed = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    if (name) source.append(pressed); // submit() leaves out the button that was pressed
    source.submit();
  } else {
    const error = document.getElementById("sentence-error");
    if (error) error.textContent = "The server did not answer. Check the connection and try again.";
  }
});
