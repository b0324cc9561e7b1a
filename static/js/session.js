// Five minutes before the session ends a dialog says so and offers to stay signed in. Other tabs, and scripts of this
// page that were answered by the server (they dispatch "session:renewed" on document), put the end off as well.
const dialog = document.querySelector("dialog[data-session]");

if (dialog) {
  const title = dialog.querySelector("h2");
  const text = dialog.querySelector("p");
  const form = dialog.querySelector("[data-session-extend]");
  const close = dialog.querySelector("[data-session-close]");
  const warn = Number(dialog.dataset.warnSeconds) * 1000;
  const full = Number(dialog.dataset.seconds) * 1000;
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;
  let endsAt = 0;
  let state = "";

  const say = (next) => {
    if (state === next) return;
    state = next;
    const over = next === "ended";
    title.textContent = over ? title.dataset.ended : title.dataset.ending;
    text.textContent = text.dataset[next];
    form.hidden = over || next === "final";
    close.hidden = !form.hidden;
    if (!dialog.open) dialog.showModal();
  };

  const look = () => {
    const left = endsAt - Date.now();
    if (left <= 0) say("ended");
    else if (left <= warn && !state) say("ending");
  };

  // `left` is the time to the end. When it cannot be put off by much more, the session has reached its last hour.
  const renew = (left, tell) => {
    endsAt = Date.now() + left;
    state = "";
    if (left <= warn) say("final");
    else if (dialog.open) dialog.close();
    if (tell) tabs?.postMessage(endsAt);
  };

  const ask = () =>
    fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Requested-With": "fetch" },
    });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      let answer = await ask();
      if (answer.status === 403) {
        // Signing in elsewhere gave the browser a new token.
        const { token } = await answer.json();
        if (token) form.elements.csrfmiddlewaretoken.value = token;
        answer = await ask();
      }
      if (answer.ok) renew((await answer.json()).left * 1000, true);
      else if (answer.status === 401) say("ended");
      else say("failed");
    } catch {
      say("failed");
    }
  });
  close.addEventListener("click", () => dialog.close());
  document.addEventListener("session:renewed", () => renew(full, true));
  document.addEventListener("visibilitychange", look);
  tabs?.addEventListener("message", (event) => {
    if (event.data > endsAt) renew(event.data - Date.now(), false);
  });
  renew(full, true);
  setInterval(look, 5000);
}
