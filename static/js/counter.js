// Counts down under a text area, the way core/text.py counts: line breaks as one, characters as code points,
// without the space around the text and without control characters.

const UNWANTED = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\ud800-\udfff\ufeff\u202a-\u202e\u2066-\u2069]/gu;
const BREAKS = /\r\n|[\r\v\f\u0085\u2028\u2029]/gu;
const SPEAK_FROM = 0.9;

function lengthOf(text) {
  const cleaned = text.replace(BREAKS, "\n").replace(UNWANTED, "").trim();
  let length = 0;
  for (const _character of cleaned) length += 1;
  return length;
}

function follow(line) {
  const field = document.getElementById(line.dataset.counter);
  if (!field) return;
  const limit = Number(line.dataset.limit);
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  line.after(spoken);
  let timer = 0;

  const update = () => {
    const left = limit - lengthOf(field.value);
    const text = left < 0 ? line.dataset.over : line.dataset.left;
    const shown = text.replace("{n}", Math.abs(left).toLocaleString(document.documentElement.lang));
    line.textContent = shown;
    line.classList.toggle("over", left < 0);
    clearTimeout(timer);
    if (left <= limit * (1 - SPEAK_FROM)) {
      timer = setTimeout(() => {
        spoken.textContent = shown;
      }, 1000);
    } else {
      spoken.textContent = "";
    }
  };
  field.addEventListener("input", update);
  window.addEventListener("pageshow", update);
  update();
}

for (const line of document.querySelectorAll("[data-counter]")) follow(line);
