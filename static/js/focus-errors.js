// Moves the focus to the error summary, and from its lines to the fields, with their label in sight.

const summary = document.querySelector("[data-focus]");
if (summary) {
  summary.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  if (!link) return;
  const control = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!control) return;
  event.preventDefault();
  const group = control.closest("fieldset")?.querySelector("legend");
  const label = group ?? document.querySelector(`label[for="${CSS.escape(control.id)}"]`);
  (label ?? control).scrollIntoView({ block: "start" });
  control.focus({ preventScroll: true });
});
