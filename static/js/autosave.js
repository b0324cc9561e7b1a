// Saves a form with data-autosave while it is being written. The server's draft is the truth; a copy on the device is
// a safety net for the time without network, kept only where the form allows it (data-local-copy, the person's id).
//
// form[data-autosave][data-autosave-url][data-local-copy]  with the hidden field named in data-version (default
// "revision"), and [data-autosave-status] somewhere on the page, which holds every text (autosave_status.html).
//
// Where no copy is allowed nothing that is written leaves the page but to the server; offline the line says so.
//
// Answers of the server: 200 {revision, saved_at_label, notes}; 409 {current: {field: value or [values]}, revision,
// saved_at_label}; 401 {error}; 422 {errors: {field: [sentences]}}; 503.

const QUIET_MS = 2000;
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 60000;
const KEEPALIVE_BYTES = 60000;
const COPY_DAYS = 14;
const PREFIX = "draft:";
const UNSENT = new Set(["csrfmiddlewaretoken"]);

// --- the copy on this device ----------------------------------------------------------------------

const store = {
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  },
  write(key, copy) {
    try {
      localStorage.setItem(key, JSON.stringify(copy));
      return true;
    } catch {
      return false;
    }
  },
  remove(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // No storage, nothing kept.
    }
  },
  sweep() {
    const oldest = Date.now() - COPY_DAYS * 24 * 60 * 60 * 1000;
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(PREFIX) && !((this.read(key)?.at ?? 0) > oldest)) localStorage.removeItem(key);
      }
    } catch {
      // No storage, nothing kept.
    }
  },
};

// --- fields of a form -----------------------------------------------------------------------------

function token() {
  const found = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
  return found ? found[1] : "";
}

function valuesOf(form, skip) {
  const values = {};
  for (const [name, value] of new FormData(form)) {
    if (UNSENT.has(name) || name === skip || typeof value !== "string") continue;
    (values[name] ??= []).push(value.replace(/\r\n?/g, "\n"));
  }
  return values;
}

// What the server rendered: the browser may have put typed values back into a page that was loaded anew.
function storedOf(form, skip) {
  const values = {};
  const keep = (name, value) => (values[name] ??= []).push(value);
  for (const control of form.elements) {
    const { name, type } = control;
    if (!name || UNSENT.has(name) || name === skip || type === "submit" || type === "button") continue;
    if (type === "radio" || type === "checkbox") {
      if (control.defaultChecked) keep(name, control.value);
    } else if (control.options) {
      const chosen = [...control.options].filter((option) => option.defaultSelected);
      if (chosen.length === 0 && type === "select-one" && control.options.length > 0) chosen.push(control.options[0]);
      for (const option of chosen) keep(name, option.value);
    } else if (type !== "file" && "defaultValue" in control) {
      keep(name, control.defaultValue);
    }
  }
  return values;
}

function same(left, right) {
  const said = (values) => (values ?? []).filter((value) => value !== "").join("\u0000");
  return said(left) === said(right);
}

function differing(mine, theirs) {
  return Object.keys({ ...mine, ...theirs }).filter((name) => !same(mine[name], theirs[name]));
}

function lists(current) {
  return Object.fromEntries(
    Object.entries(current).map(([name, value]) => {
      const values = Array.isArray(value) ? value : [value];
      return [name, values.filter((one) => one !== null && one !== undefined).map(String)];
    }),
  );
}

function fill(form, name, values) {
  for (const control of form.elements) {
    if (control.name !== name) continue;
    if (control.type === "radio" || control.type === "checkbox") {
      control.checked = values.includes(control.value);
    } else if (control.type !== "file") {
      control.value = values[0] ?? "";
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

function nameOf(form, name) {
  const control = [...form.elements].find((one) => one.name === name);
  const group = control?.type === "radio" || control?.type === "checkbox" ? control.closest("fieldset") : null;
  return (group?.querySelector("legend") ?? control?.labels?.[0])?.textContent.trim() ?? name;
}

function wordsOf(form, name, values, blank) {
  const words = (values ?? []).filter(Boolean).map((value) => {
    const choice = [...form.elements].find(
      (one) => one.name === name && one.value === value && (one.type === "radio" || one.type === "checkbox"),
    );
    const label = choice?.labels?.[0];
    return (label?.querySelector("b") ?? label)?.textContent.trim() ?? value;
  });
  return words.join(", ") || blank;
}

// --- one form -------------------------------------------------------------------------------------

class Autosave {
  constructor(form) {
    this.form = form;
    this.line = document.querySelector("[data-autosave-status]");
    this.status = this.line.querySelector("[role=status]");
    this.versionName = form.dataset.version || "revision";
    this.version = form.elements[this.versionName];
    this.person = form.dataset.localCopy || "";
    this.key = `${PREFIX}${this.person}:${location.pathname}`;
    this.version.value = this.version.defaultValue;
    this.saved = storedOf(form, this.versionName);
    this.timer = 0;
    this.retryIn = 0;
    this.busy = false;
    this.again = false;
    this.conflict = null;
    this.leaving = false;
    this.filling = false;
    this.waiting = null; // the button whose submit waits for the save under way
    this.listen();
    this.restore();
  }

  listen() {
    this.form.addEventListener("input", () => {
      if (!this.filling) this.changed(QUIET_MS);
    });
    this.form.addEventListener("change", (event) => {
      if (event.target.matches("input[type=radio], input[type=checkbox], select")) this.changed(0);
    });
    this.form.addEventListener("submit", (event) => {
      if (this.busy) {
        // The save under way will raise the version; what is sent must carry the new one.
        event.preventDefault();
        this.waiting = event.submitter;
        return;
      }
      this.leaving = true;
      clearTimeout(this.timer);
      this.mark(false);
      const field = this.form.elements.csrfmiddlewaretoken;
      if (field && token()) field.value = token(); // after signing in again in another tab
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.flush();
      else if (this.isUnsaved() && !this.conflict) this.schedule(0);
    });
    window.addEventListener("pagehide", () => this.flush());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.leaving = false;
    });
    window.addEventListener("online", () => {
      if (this.isUnsaved()) this.schedule(0);
    });
  }

  isUnsaved() {
    return differing(valuesOf(this.form, this.versionName), this.saved).length > 0;
  }

  mark(unsaved) {
    if (unsaved) this.form.dataset.unsaved = "yes";
    else delete this.form.dataset.unsaved;
  }

  changed(delay) {
    const unsaved = this.isUnsaved();
    this.mark(unsaved);
    if (!unsaved) {
      if (this.person) store.remove(this.key);
      return;
    }
    this.keepCopy();
    if (!this.conflict) this.schedule(delay);
  }

  schedule(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  flush() {
    if (this.leaving || this.conflict || this.busy || !this.isUnsaved()) return;
    clearTimeout(this.timer);
    this.save();
  }

  // The form as it would be sent, with the version it was made from; the token travels in the header.
  body() {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) {
      if (!UNSENT.has(name) && typeof value === "string") body.append(name, value);
    }
    return body;
  }

  async save() {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    const sent = valuesOf(this.form, this.versionName);
    const body = this.body();
    this.say("saving");
    let answer = null;
    let said = {};
    try {
      answer = await fetch(this.form.dataset.autosaveUrl, {
        method: "POST",
        body,
        headers: { "X-Requested-With": "fetch", "X-CSRFToken": token(), Accept: "application/json" },
        credentials: "same-origin",
        redirect: "error",
        keepalive: body.toString().length < KEEPALIVE_BYTES, // goes on when the page is left
      });
      said = await answer.json().catch(() => ({}));
    } catch {
      answer = null;
    }
    this.busy = false;
    this.take(answer, said, sent);
    if (this.waiting) {
      const button = this.waiting;
      this.waiting = null;
      if ([200, 401, 422].includes(answer?.status)) {
        this.form.requestSubmit(button);
        return;
      }
    }
    if (this.again) {
      this.again = false;
      if (this.isUnsaved() && !this.conflict) this.schedule(0);
    }
  }

  take(answer, said, sent) {
    if (answer === null) this.retry(this.person ? "offline" : "offline_here");
    else if (answer.status === 200 && "revision" in said) this.accept(said, sent);
    else if (answer.status === 409) this.choose(this.fieldsOf(said.current), said.revision, said.saved_at_label);
    else if (answer.status === 401) this.say("signed_out");
    else if (answer.status === 422) this.say("refused", { reason: Object.values(said.errors ?? {}).flat()[0] ?? "" });
    else if ([400, 403, 404, 405, 410].includes(answer.status)) this.say("gone");
    else this.retry("busy", Number(answer.headers.get("Retry-After")) * 1000);
  }

  accept(said, sent) {
    this.version.value = said.revision;
    this.saved = sent;
    this.retryIn = 0;
    const unsaved = this.isUnsaved();
    this.mark(unsaved);
    if (unsaved) {
      this.keepCopy();
      this.schedule(QUIET_MS);
    } else if (this.person) {
      store.remove(this.key);
    }
    if (said.saved_at_label) this.say("saved", { time: said.saved_at_label });
    else this.say("kept");
    document.dispatchEvent(new CustomEvent("autosave:saved", { detail: said }));
    document.dispatchEvent(new Event("session:renewed"));
  }

  retry(state, atLeast = 0) {
    this.say(state);
    this.retryIn = Math.min(this.retryIn ? this.retryIn * 2 : FIRST_RETRY_MS, LAST_RETRY_MS);
    // Spread out, so that thousands of pages do not come back in the same second.
    this.schedule(Math.max(this.retryIn, atLeast || 0) * (1 + Math.random() / 2));
  }

  say(state, texts = {}) {
    const template = this.line.querySelector(`template[data-state="${state}"]`);
    const shown = template.content.cloneNode(true);
    const walker = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      for (const [name, text] of Object.entries(texts)) {
        walker.currentNode.data = walker.currentNode.data.replace(`{${name}}`, text ?? "");
      }
    }
    this.status.replaceChildren(shown);
    this.status.dataset.said = state;
  }

  // --- another tab or device saved in the meantime ---

  fieldsOf(current) {
    const fields = lists(current ?? {});
    delete fields[this.versionName];
    return fields;
  }

  choose(theirs, revision, savedAt) {
    const mine = valuesOf(this.form, this.versionName);
    const names = differing(mine, theirs).filter((name) => name in theirs || name in mine);
    if (names.length === 0) {
      this.accept({ revision, saved_at_label: savedAt }, mine);
      return;
    }
    this.dropChoice();
    this.say("conflict");
    const box = this.line.querySelector("template[data-conflict]").content.cloneNode(true).firstElementChild;
    const blank = box.querySelector("[data-blank]").textContent;
    for (const heading of box.querySelectorAll("h4")) {
      const text = savedAt ? heading.textContent : heading.dataset.untimed || heading.textContent;
      heading.textContent = text.replace("{time}", savedAt ?? "");
    }
    for (const name of names) {
      box.querySelector("[data-mine]").append(this.pair(name, mine[name], blank));
      box.querySelector("[data-theirs]").append(this.pair(name, theirs[name], blank));
    }
    box.querySelector("[data-keep=mine]").addEventListener("click", () => this.settle(revision, savedAt, null));
    box.querySelector("[data-keep=theirs]").addEventListener("click", () => this.settle(revision, savedAt, theirs));
    this.line.append(box);
    this.conflict = box;
    box.focus();
  }

  pair(name, values, blank) {
    const pair = document.createElement("div");
    const term = document.createElement("dt");
    const text = document.createElement("dd");
    term.textContent = nameOf(this.form, name);
    text.textContent = wordsOf(this.form, name, values, blank);
    pair.append(term, text);
    return pair;
  }

  settle(revision, savedAt, theirs) {
    this.dropChoice();
    this.version.value = revision;
    if (theirs) {
      this.fillAll({ ...valuesOf(this.form, this.versionName), ...theirs }, theirs);
      this.accept({ revision, saved_at_label: savedAt }, valuesOf(this.form, this.versionName));
    } else {
      this.save();
    }
  }

  fillAll(named, values) {
    this.filling = true;
    for (const name of Object.keys(named)) fill(this.form, name, values[name] ?? []);
    this.filling = false;
  }

  dropChoice() {
    this.conflict?.remove();
    this.conflict = null;
  }

  // --- the copy ---

  keepCopy() {
    if (!this.person) return;
    store.write(this.key, {
      at: Date.now(),
      revision: Number(this.version.value),
      values: valuesOf(this.form, this.versionName),
    });
  }

  restore() {
    store.sweep();
    const copy = this.person ? store.read(this.key) : null;
    if (!copy || differing(copy.values, this.saved).length === 0) {
      if (this.person) store.remove(this.key);
      this.changed(QUIET_MS);
      return;
    }
    const stored = this.saved;
    this.fillAll({ ...stored, ...copy.values }, copy.values);
    this.mark(true);
    if (copy.revision >= Number(this.version.value)) {
      this.say("restored");
      this.schedule(QUIET_MS);
    } else {
      this.choose(stored, Number(this.version.value), this.line.dataset.savedAt);
    }
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Autosave(form);
