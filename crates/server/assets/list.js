// What makes a list quicker with script; without, the same forms and links work by themselves.
//
// Search as you type, ticking ranges, keys. `live.js` changes rows; this never does but by loading the page anew.
"use strict";
(() => {
  const TYPING_MS = 180; // a pause in typing
  const TIMEOUT_MS = 10000;
  const search = document.querySelector("form[data-search]");
  const marks = document.getElementById("marks");
  let typing = 0;
  let loading = null;
  let lastTicked = null;

  // Search as you type: the address and the list change, the focus stays.
  function address() {
    const fields = new FormData(search);
    const params = new URLSearchParams();
    for (const [name, value] of fields) {
      if (value !== "" && !(name === "sort" && value === "newest")) params.append(name, value);
    }
    return `${search.getAttribute("action")}?${params}`;
  }

  async function show(href, { push = true } = {}) {
    clearTimeout(typing);
    loading?.abort();
    const own = new AbortController();
    loading = own;
    const timer = setTimeout(() => own.abort(), TIMEOUT_MS);
    try {
      const answer = await fetch(href, { headers: { accept: "text/html" }, signal: own.signal, redirect: "manual" });
      if (!answer.ok) return location.assign(href);
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (push) history.replaceState(null, "", href);
    } catch (error) {
      // A newer search took over; or the server is away, and the page says so.
      if (error.name !== "AbortError") location.assign(href);
    } finally {
      clearTimeout(timer);
    }
    return undefined;
  }

  function take(page) {
    for (const id of ["list", "tiles", "alerts", "views", "clear", "bulk-all", "tools"]) {
      const [now, then] = [document.getElementById(id), page.getElementById(id)];
      if (now && then) Idiomorph.morph(now, then, { morphStyle: "outerHTML" });
    }
    const modes = [document.querySelector(".switch"), page.querySelector(".switch")];
    if (modes[0] && modes[1]) Idiomorph.morph(modes[0], modes[1], { morphStyle: "outerHTML" });
    document.body.dataset.live = page.body.dataset.live ?? "";
    document.dispatchEvent(new CustomEvent("whypaid:address"));
    enhance();
  }

  if (search) {
    search.addEventListener("input", (event) => {
      clearTimeout(typing);
      const wait = event.target.type === "search" ? TYPING_MS : 0;
      typing = setTimeout(() => show(address()), wait);
    });
    search.addEventListener("submit", (event) => {
      event.preventDefault();
      show(address());
    });
  }

  // Ticking rows: one, a range, all of the page.
  const boxes = () => [...document.querySelectorAll("#rows input[name=ids]")];
  const visible = () => document.querySelector(".can-mark") !== null;

  function tick(box, checked, range) {
    const all = boxes();
    const from = range ? all.indexOf(lastTicked) : -1;
    const to = all.indexOf(box);
    const [low, high] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
    for (const each of all.slice(low, high + 1)) each.checked = checked;
    lastTicked = box;
    count();
  }

  function count() {
    const told = document.getElementById("chosen");
    if (!told) return;
    const ticked = boxes().filter((box) => box.checked).length;
    const all = document.querySelector("#bulk-all input[type=checkbox]")?.checked;
    told.textContent = all ? "All that fit" : ticked === 0 ? "Tick journeys to mark them together"
      : ticked === 1 ? "1 journey ticked" : `${ticked} journeys ticked`;
    marks.classList.toggle("has-ticked", all || ticked > 0);
    const every = document.querySelector("[data-choose-all]");
    if (every) {
      every.checked = ticked > 0 && ticked === boxes().length;
      every.indeterminate = ticked > 0 && !every.checked;
    }
  }

  marks?.addEventListener("click", (event) => {
    const box = event.target;
    if (box.name === "ids") tick(box, box.checked, event.shiftKey);
    if (box.matches("[data-choose-all]")) {
      for (const each of boxes()) each.checked = box.checked;
      count();
    }
  });
  marks?.addEventListener("change", (event) => { if (event.target.name === "all") count(); });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open)?.showModal();
  });

  // Keys, unless somebody types or a dialog is open.
  function step(by) {
    const links = [...document.querySelectorAll("#rows .row-link")];
    if (links.length === 0) return;
    const row = document.activeElement?.closest("#rows > tr");
    const at = row ? links.findIndex((link) => row.contains(link)) : by > 0 ? -1 : links.length;
    const next = links[Math.min(Math.max(at + by, 0), links.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  const KEYS = {
    "/": () => { const q = document.getElementById("q"); q?.focus(); q?.select(); return q; },
    "?": () => document.getElementById("keys")?.showModal() ?? true,
    j: () => step(1) ?? true,
    k: () => step(-1) ?? true,
    ArrowDown: () => document.activeElement?.closest("#rows") && (step(1) ?? true),
    ArrowUp: () => document.activeElement?.closest("#rows") && (step(-1) ?? true),
    n: () => document.querySelector("[data-key=n]")?.click() ?? true,
    x: (event) => tickRow(event.shiftKey),
    X: () => tickRow(true),
  };

  function tickRow(range) {
    const box = document.activeElement?.closest("#rows > tr")?.querySelector("input[name=ids]");
    if (!box || !visible()) return false;
    tick(box, range ? true : !box.checked, range);
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (KEYS[event.key]?.(event)) event.preventDefault();
  });

  // What needs script is shown with it.
  function enhance() {
    for (const hidden of document.querySelectorAll("[data-open][hidden]")) hidden.hidden = false;
    count();
  }
  document.addEventListener("whypaid:morphed", enhance);
  enhance();
})();
