// Loads the parts of the page, those in sight first, and loads what is in sight again when the statistics have changed.
// live.js holds the stream and says so with `as-of`. Without script each part is a link to a page of its own.
"use strict";
(() => {
  const AT_ONCE = 2;
  const AGAIN_MS = 3000;
  const parts = () => [...document.querySelectorAll("[data-src]")];
  const waiting = new Set();
  const inSight = new Set();
  const asOf = new Map(); // id of a part: of which change it is
  let current = document.getElementById("insights").dataset.version;
  let loading = 0;

  const KEPT = {
    // What the reader did stays: open tables, and charts that can be reached.
    beforeAttributeUpdated: (name, node) => !(name === "open" || (name === "tabindex" && node.matches(".drawing"))),
  };

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) inSight.add(target.id);
      else inSight.delete(target.id);
    }
    refresh();
  }, { rootMargin: "200px" });

  // In sight what is of an earlier change; out of sight only what was never loaded.
  function refresh() {
    for (const part of parts()) {
      const never = part.hasAttribute("data-empty");
      if (never || (inSight.has(part.id) && asOf.get(part.id) !== current)) waiting.add(part.id);
    }
    next();
  }

  function next() {
    while (loading < AT_ONCE && waiting.size > 0) {
      const id = [...waiting].find((id) => inSight.has(id)) ?? [...waiting][0];
      waiting.delete(id);
      load(document.getElementById(id));
    }
  }

  async function load(part) {
    loading += 1;
    const version = current;
    asOf.set(part.id, version);
    try {
      const answer = await fetch(part.dataset.src, { redirect: "manual" });
      if (answer.type === "opaqueredirect") return location.reload();
      if (!answer.ok) throw new Error(`${part.id}: ${answer.status}`);
      show(part.id, await answer.text());
    } catch {
      // The server is away or busy: what is there stays, and is tried again.
      asOf.delete(part.id);
      setTimeout(refresh, AGAIN_MS);
    } finally {
      loading -= 1;
      next();
    }
  }

  function show(id, html) {
    const part = document.getElementById(id);
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = template.content.firstElementChild;
    if (!part || fresh?.id !== id) return;
    Idiomorph.morph(part, fresh, { morphStyle: "outerHTML", callbacks: KEPT });
    observer.observe(document.getElementById(id));
    dispatchEvent(new Event("charts"));
  }

  addEventListener("as-of", ({ detail }) => {
    current = detail;
    refresh();
  });
  // On paper everything is in sight.
  addEventListener("beforeprint", () => {
    for (const part of parts()) inSight.add(part.id);
    refresh();
  });

  for (const part of parts()) {
    if (!part.hasAttribute("data-empty")) asOf.set(part.id, current);
    observer.observe(part);
  }
})();
