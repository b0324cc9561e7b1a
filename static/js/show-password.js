// A button under each password field that lets people read what they typed. Without it the field is an ordinary one.
for (const input of document.querySelectorAll("input[data-show-password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "linkish mt-1";
  button.setAttribute("aria-controls", input.id);
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? input.dataset.hideLabel : input.dataset.showLabel;
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // Browsers offer to remember only what stands in a password field.
  input.form?.addEventListener("submit", () => show(false));
  window.addEventListener("pageshow", () => show(false));
  show(false);
  input.insertAdjacentElement("afterend", button);
}
