// Leaving with unsaved text warns. Forms that save by themselves say so with data-unsaved (autosave.js).

function watched(form) {
  return form && form.method === "post" && !form.hasAttribute("data-autosave") && form.dataset.confirmLeave !== "no";
}

document.addEventListener("input", (event) => {
  const field = event.target;
  const form = field.form;
  if (watched(form) && (field.matches("textarea") || form.hasAttribute("data-confirm-leave"))) {
    form.dataset.unsaved = "yes";
  }
});

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  delete event.target.dataset.unsaved;
});

window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-unsaved]")) event.preventDefault();
});
