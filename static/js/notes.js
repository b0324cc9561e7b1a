// What the server remarks on a form that was just saved (autosave.js): shown to its writer, and never in the way.
//
// [data-notes] is a live region; template[data-notes-shown] is the alert, into whose list each note goes.

const region = document.querySelector("[data-notes]");

if (region) {
  const template = document.querySelector("template[data-notes-shown]");
  const shown = () => [...region.querySelectorAll("li")].map((item) => item.textContent.trim());

  document.addEventListener("autosave:saved", (event) => {
    const notes = event.detail.notes;
    if (!notes || notes.join("\n") === shown().join("\n")) return;
    if (notes.length === 0) {
      region.replaceChildren();
      return;
    }
    const alert = template.content.cloneNode(true);
    const list = alert.querySelector("ul");
    for (const note of notes) {
      const item = document.createElement("li");
      item.textContent = note;
      list.append(item);
    }
    region.replaceChildren(alert);
  });
}
