// Keeps what is typed and not saved yet, in this window: forms with `data-draft` get it back after a change of tab or a
// reload, with a word about it. It goes when the form is saved, discarded or the window closed.
"use strict";
window.drafts = (() => {
  const skipped = (field) => !field.name || ["hidden", "submit", "button"].includes(field.type);
  // Not `form.elements`: a field may be called so.
  const fieldsOf = (form) => [...form.querySelectorAll("input, select, textarea")].filter((field) => !skipped(field));
  const revisionOf = (form) => form.querySelector("input[name=revision]");
  const owner = (form) => form.closest("[data-journey]")?.dataset.journey ?? form.dataset.draftOf ?? location.pathname;
  const keyOf = (form) => `draft:${owner(form)}:${form.dataset.draft}`;

  function initial(field) {
    if (field.type === "checkbox" || field.type === "radio") return field.defaultChecked;
    if (field.tagName !== "SELECT") return field.defaultValue;
    const chosen = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return chosen?.value ?? "";
  }

  function current(field) {
    return field.type === "checkbox" || field.type === "radio" ? field.checked : field.value;
  }

  // Radios of one name are told apart by what they stand for.
  const slot = (field) => (field.type === "radio" ? `${field.name}=${field.value}` : field.name);

  function put(field, value) {
    if (typeof value === "boolean") field.checked = value;
    else field.value = value;
  }

  function read(key) {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  }

  // Storage may be full or forbidden; the form works all the same.
  function write(key, draft) {
    try {
      sessionStorage.setItem(key, JSON.stringify(draft));
    } catch { /* nothing to be done */ }
  }

  function remember(form) {
    const fields = fieldsOf(form);
    if (!form.dataset.always && fields.every((field) => current(field) === initial(field))) {
      sessionStorage.removeItem(keyOf(form));
      return;
    }
    const base = revisionOf(form)?.value ?? null;
    const texts = Object.fromEntries(fields.map((field) => [slot(field), current(field)]));
    write(keyOf(form), { base, texts });
  }

  /** Forgets a form's draft. */
  function drop(form) {
    sessionStorage.removeItem(keyOf(form));
  }

  /** Forgets a draft by its name, of the journey that `near` is part of. */
  function dropNamed(near, name) {
    const journey = near.closest("[data-journey]")?.dataset.journey ?? location.pathname;
    sessionStorage.removeItem(`draft:${journey}:${name}`);
  }

  function discard(form, hint) {
    drop(form);
    for (const field of fieldsOf(form)) put(field, initial(field));
    if (revisionOf(form)) revisionOf(form).value = form.dataset.revision;
    hint.remove();
    const first = fieldsOf(form)[0];
    first?.dispatchEvent(new Event("input", { bubbles: true }));
    first?.focus();
  }

  function tell(form, words) {
    form.querySelector(":scope > .draft-hint")?.remove();
    const hint = document.createElement("p");
    hint.className = "draft-hint";
    hint.setAttribute("role", "status");
    const text = document.createElement("span");
    text.textContent = words;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button is-quiet is-small";
    button.textContent = "Discard";
    button.addEventListener("click", () => discard(form, hint));
    hint.append(text, button);
    form.prepend(hint);
  }

  /** Gives the forms inside `root` back what was typed into them. */
  function restore(root) {
    for (const done of root.querySelectorAll("[data-saved]")) sessionStorage.removeItem(done.dataset.saved);
    for (const form of root.querySelectorAll("form[data-draft]")) {
      form.dataset.revision = revisionOf(form)?.value ?? "";
      // After a refusal the server itself sent back what was typed.
      if (form.hasAttribute("data-conflict") || form.querySelector("[aria-invalid]")) {
        form.dataset.always = "yes";
        remember(form);
        delete form.dataset.always;
        continue;
      }
      const draft = read(keyOf(form));
      if (!draft) continue;
      const fields = fieldsOf(form).filter((field) => slot(field) in draft.texts && !field.readOnly);
      if (fields.every((field) => initial(field) === draft.texts[slot(field)])) {
        drop(form);
        continue;
      }
      for (const field of fields) put(field, draft.texts[slot(field)]);
      const overtaken = draft.base !== null && draft.base !== form.dataset.revision;
      // A save must follow what was on the screen when the typing began, so that it cannot hide what others wrote since.
      if (draft.base !== null && revisionOf(form)) revisionOf(form).value = draft.base;
      const since = " Somebody has saved since: if that concerns the same texts, you will see both.";
      tell(form, `Your unsaved text is back.${overtaken ? since : ""}`);
    }
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (form?.dataset.draft) remember(form);
  });

  return { restore, drop, dropNamed };
})();
