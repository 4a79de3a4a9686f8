// Small helps for the settings; everything works without them.
// `<section data-refresh="/address">` is asked for again until the answer no longer says so.
"use strict";
(() => {
  const EVERY_MS = 3000;

  async function refresh() {
    const old = document.querySelector("[data-refresh]");
    if (!old) return;
    if (!document.hidden) await replace(old);
    setTimeout(refresh, EVERY_MS);
  }

  async function replace(old) {
    try {
      const answer = await fetch(old.dataset.refresh);
      if (!answer.ok) return;
      const template = document.createElement("template");
      template.innerHTML = await answer.text();
      const fresh = template.content.firstElementChild;
      // What did not change stays as it is, with focus and selection.
      if (fresh && fresh.outerHTML !== old.outerHTML) {
        keepOpen(old, fresh);
        old.replaceWith(fresh);
      }
    } catch { /* the server is away: the next try will tell */ }
  }

  function keepOpen(old, fresh) {
    for (const details of old.querySelectorAll("details[open][id]")) {
      const same = fresh.querySelector(`#${details.id}`);
      if (same) same.open = true;
    }
  }

  for (const field of document.querySelectorAll("input[readonly]")) {
    field.addEventListener("focus", () => field.select());
  }

  if (document.querySelector("[data-refresh]")) setTimeout(refresh, EVERY_MS);
})();
