// Loads the page again while somebody looks at it, and changes those parts of it that are marked `data-refresh`. Without
// this the page still reads. Nothing changes under who types or has opened something: it waits until they are done.
"use strict";
(() => {
  const EVERY_MS = 4000;
  const EVERY_MS_MAX = 60000; // after failures: the server may be away
  const FRESH_MS = 6000;
  let wait = EVERY_MS;
  let timer = 0;

  const parts = () => [...document.querySelectorAll("[data-refresh][id]")];
  const said = document.getElementById("refreshed");

  function busy() {
    const at = document.activeElement;
    const typing = at && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName) && at.closest("[data-refresh]");
    return typing || document.querySelector("[data-refresh] details[open]") || getSelection()?.isCollapsed === false;
  }

  async function look() {
    clearTimeout(timer);
    try {
      if (!busy()) await load();
      wait = EVERY_MS;
    } catch {
      wait = Math.min(wait * 2, EVERY_MS_MAX);
    }
    if (!document.hidden) timer = setTimeout(look, wait);
  }

  async function load() {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "manual" });
    if (answer.type === "opaqueredirect") return location.reload(); // signed out
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (busy()) return;
    const known = new Set([...document.querySelectorAll("[data-refresh] [data-row]")].map((row) => row.id));
    for (const part of parts()) {
      const now = page.getElementById(part.id);
      if (now && now.outerHTML !== part.outerHTML) Idiomorph.morph(part, now, { morphStyle: "outerHTML" });
    }
    const fresh = [...document.querySelectorAll("[data-refresh] [data-row]")].filter((row) => !known.has(row.id));
    fresh.forEach(highlight);
    if (said && fresh.length > 0) said.textContent = fresh.length === 1 ? "1 new row" : `${fresh.length} new rows`;
  }

  function highlight(row) {
    row.classList.add("is-fresh");
    setTimeout(() => row.classList.remove("is-fresh"), FRESH_MS);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer);
    else look();
  });
  if (parts().length > 0) timer = setTimeout(look, wait);
})();
