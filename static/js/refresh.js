// A part of the page that tells how far a long job is: asked for again every few seconds until it no longer says so.

const SECONDS = 5;

function follow(part) {
  const again = async () => {
    let next = part;
    try {
      const answer = await fetch(part.dataset.refresh, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok) {
        const made = document.createElement("template");
        made.innerHTML = await answer.text();
        next = made.content.querySelector("[data-refreshed]") ?? part;
        if (next !== part) part.replaceWith(next);
      } else if (answer.status < 500) {
        return;
      }
    } catch {
      // No network: what stands there stays, with its time beside it.
    }
    if (next.dataset.refresh) follow(next);
  };
  setTimeout(again, SECONDS * 1000);
}

for (const part of document.querySelectorAll("[data-refresh]")) follow(part);
