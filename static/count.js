// A file's pairs are counted while it is sent, and the sending's progress is the counting's. fetch tells none; XMLHttpRequest does.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-panel]") || self.origin === "null") return; // a sandboxed frame may not fetch
  event.preventDefault();
  const place = document.getElementById("counted");
  const bar = form.querySelector("progress");
  const button = form.querySelector("button");
  const request = new XMLHttpRequest();
  const data = new FormData(form);
  for (const name of ["text", "file"]) {
    const value = data.get(name);
    if (!value || value.name === "") data.delete(name); // an empty field is no text
  }
  request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; };
  request.upload.onload = () => { bar.removeAttribute("value"); }; // what is still to be counted, nobody knows
  request.onload = () => { place.innerHTML = request.responseText; };
  request.onerror = () => { place.textContent = place.dataset.offline; };
  request.onloadend = () => { bar.hidden = true; button.disabled = false; };
  place.replaceChildren(); // what was counted before
  bar.hidden = false;
  bar.value = 0;
  button.disabled = true;
  request.open("POST", form.dataset.panel);
  request.send(data);
});
