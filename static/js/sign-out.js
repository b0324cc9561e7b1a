// Signing out wipes what this device kept of unsaved forms: phones are shared.

const PREFIX = "draft:";

document.addEventListener("submit", (event) => {
  if (!event.target.hasAttribute("data-sign-out")) return;
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    }
  } catch {
    // No storage, nothing kept.
  }
});
