// A form is sent once: after the first submit its buttons rest until the next page, or until one comes back to this one.

const REST_MS = 15000;

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-resting]")) {
    button.removeAttribute("aria-disabled");
    delete button.dataset.resting;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.dataset.once === "no") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    if (button.getAttribute("aria-disabled") === "true") continue;
    button.setAttribute("aria-disabled", "true");
    button.dataset.resting = "yes";
  }
  // A download or a lost answer leaves this page standing.
  setTimeout(() => release(form), REST_MS);
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) release(form);
});
