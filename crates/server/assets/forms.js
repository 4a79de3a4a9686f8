// Small help for forms on pages of their own: counted characters, and answers in place while a form is filled in.
"use strict";
(() => {
  const ASK_AFTER_MS = 250;
  let timer = 0;
  let asks = 0;

  function count(field) {
    const out = document.getElementById(field.dataset.count);
    if (!out) return;
    const least = Number(field.dataset.least);
    const length = [...field.value.trim()].length;
    out.textContent = length < least ? `${length} of at least ${least} characters` : `${length} characters`;
    out.classList.toggle("is-short", length > 0 && length < least);
  }

  // The form as it stands goes to the server, and the parts that depend on it come back. Nothing typed is touched.
  async function ask(form, what) {
    asks += 1;
    const mine = asks;
    const body = new URLSearchParams(new FormData(form));
    body.set("do", what);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asks) return;
      for (const part of form.querySelectorAll(`[data-part~="${what}"]`)) {
        const fresh = page.getElementById(part.id);
        if (fresh) part.replaceWith(fresh);
      }
      begin(form);
      form.dispatchEvent(new Event("input", { bubbles: true }));
    } catch { /* the buttons without script do the same */ }
  }

  function begin(root) {
    for (const field of root.querySelectorAll("[data-count]")) count(field);
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.dataset?.count) count(field);
    if (!field.dataset?.ask) return;
    clearTimeout(timer);
    timer = setTimeout(ask, ASK_AFTER_MS, field.form, field.dataset.ask);
  });

  document.addEventListener("change", async (event) => {
    const field = event.target;
    if (field.type !== "file" || !field.dataset?.into) return;
    const into = document.getElementById(field.dataset.into);
    into.value = await field.files[0].text();
    into.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.documentElement.classList.add("has-script");
  begin(document);
  // What was typed before a reload is back: so is what depends on it.
  for (const field of document.querySelectorAll("input[data-ask]")) {
    if (field.value !== field.defaultValue) ask(field.form, field.dataset.ask);
  }
})();
