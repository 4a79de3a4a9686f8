// Tells what a chart says where one points, taps, or walks with the arrow keys. Without this, the table under each has it.
//
// A chart is one stop of the keyboard; arrows go from mark to mark, and what each says is read out.
"use strict";
(() => {
  const tip = document.getElementById("chart-tip");
  const GAP_PX = 12;
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  let shown = null; // { drawing, index }: survives that the drawing is drawn again

  const marks = (drawing) => [...drawing.querySelectorAll(".mark")];
  const drawings = () => document.querySelectorAll("svg.drawing");

  function prepare() {
    for (const drawing of drawings()) {
      if (drawing.querySelector(".mark")) drawing.setAttribute("tabindex", "0");
    }
    if (shown) restore();
  }

  // The browser would show a mark's title as well, a second later.
  function words(mark) {
    const title = mark.querySelector(":scope > title");
    if (title) {
      mark.dataset.says = title.textContent.replaceAll("; ", "\n");
      title.remove();
    }
    return mark.dataset.says;
  }

  function show(mark, at) {
    hide();
    const drawing = mark.closest("svg.drawing");
    shown = { id: drawing.id, index: marks(drawing).indexOf(mark) };
    mark.classList.add("is-active");
    tip.textContent = words(mark);
    tip.hidden = false;
    place(at ?? middle(mark));
  }

  function middle(mark) {
    const box = (mark.querySelector(".hit, .point") ?? mark).getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top };
  }

  function place({ x, y }) {
    const box = tip.getBoundingClientRect();
    const left = Math.min(Math.max(x - box.width / 2, GAP_PX), innerWidth - box.width - GAP_PX);
    const above = y - box.height - GAP_PX;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > GAP_PX ? above : y + 2 * GAP_PX}px`;
  }

  // The page moved under it.
  function follow() {
    const mark = document.querySelector(".mark.is-active");
    if (!mark) return;
    const at = middle(mark);
    if (at.y < 0 || at.y > innerHeight) hide();
    else place(at);
  }

  function hide() {
    for (const mark of document.querySelectorAll(".mark.is-active")) mark.classList.remove("is-active");
    tip.hidden = true;
    shown = null;
  }

  // The picture was drawn again: the same mark may say something else now.
  function restore() {
    const drawing = document.getElementById(shown.id);
    const mark = drawing && marks(drawing)[shown.index];
    if (!mark) return hide();
    mark.classList.add("is-active");
    const now = words(mark);
    if (tip.textContent !== now) tip.textContent = now;
  }

  function walk(drawing, step) {
    const all = marks(drawing);
    const from = shown?.id === drawing.id ? shown.index : step > 0 ? -1 : all.length;
    const to = Math.min(Math.max(from + step, 0), all.length - 1);
    show(all[to]);
  }

  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest?.(".drawing .mark");
    if (mark && event.pointerType === "mouse") show(mark, { x: event.clientX, y: middle(mark).y });
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType === "mouse" && event.target.closest?.(".drawing .mark")) hide();
  });
  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.(".drawing .mark");
    if (mark) show(mark, { x: event.clientX, y: middle(mark).y });
    else if (shown) hide();
  });
  document.addEventListener("keydown", (event) => {
    const drawing = event.target.closest?.("svg.drawing");
    if (event.key === "Escape") return hide();
    if (!drawing) return;
    const end = { Home: -Infinity, End: Infinity }[event.key];
    const step = STEPS[event.key] ?? end;
    if (!step) return;
    event.preventDefault();
    if (end) shown = { id: drawing.id, index: 0 };
    walk(drawing, Number.isFinite(step) ? step : step > 0 ? marks(drawing).length : -marks(drawing).length);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.matches?.("svg.drawing")) hide();
  });
  addEventListener("scroll", follow, { passive: true });
  addEventListener("charts", prepare);
  prepare();
})();
