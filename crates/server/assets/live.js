// Changes a page as the server tells, over one stream: `<body data-live="/live?…">`. Without this the page still reads.
//
// The server sends `list` (all of it, first thing and after a break), `change` (rows, their order, and what else they
// moved), `as_of` (the statistics changed; intelligence.js listens) and `beat` (nothing happened). docs/decisions says why
// this is not a library.
"use strict";
(() => {
  const SILENCE_MS = 37500; // two and a half heartbeats of the server
  const RETRY_MS = [500, 1000, 2000, 4000, 8000];
  const BANNER_AFTER_MS = 1500; // a restart of the server is quicker than this
  const FRESH_MS = 6000;
  const SAY_EVERY_MS = 1500;
  const SAY_MAX = 3;
  const WORDS_EVERY_MS = 20000;
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  const body = document.body;
  const lost = document.getElementById("lost");
  const said = document.getElementById("said");
  const clockOff = Number(body.dataset.now) - Date.now();
  let source = null;
  let failures = 0;
  let watchdog = 0;
  let retry = 0;
  let bannerTimer = 0;
  let toSay = [];
  let sayTimer = 0;

  function connect() {
    close();
    source = new EventSource(body.dataset.live);
    source.addEventListener("list", (event) => heard(() => showAll(JSON.parse(event.data))));
    source.addEventListener("change", (event) => heard(() => showChange(JSON.parse(event.data))));
    source.addEventListener("as_of", (event) => heard(() => dispatchEvent(new CustomEvent("as-of", { detail: event.data }))));
    source.addEventListener("beat", () => heard(() => {}));
    source.addEventListener("error", reconnect);
    watchdog = setTimeout(reconnect, SILENCE_MS);
  }

  function close() {
    clearTimeout(watchdog);
    clearTimeout(retry);
    if (source) source.close();
    source = null;
  }

  function heard(show) {
    failures = 0;
    clearTimeout(bannerTimer);
    bannerTimer = 0;
    lost.hidden = true;
    clearTimeout(watchdog);
    watchdog = setTimeout(reconnect, SILENCE_MS);
    show();
  }

  function reconnect() {
    close();
    bannerTimer ||= setTimeout(() => { lost.hidden = false; }, BANNER_AFTER_MS);
    retry = setTimeout(connect, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
    if (failures % 3 === 0) leaveIfSignedOut();
  }

  // A stream cannot say that the sign-in is over; the page can, by its redirect.
  async function leaveIfSignedOut() {
    try {
      const answer = await fetch(location.href, { redirect: "manual", headers: { accept: "text/html" } });
      if (answer.type === "opaqueredirect") location.reload();
    } catch { /* the server is away: the next try will tell */ }
  }

  function showAll({ list, tiles, alerts }) {
    const before = revisions();
    morph("list", list);
    morph("tiles", tiles);
    morph("alerts", alerts);
    for (const [id, revision] of revisions()) {
      if (before.get(id) !== revision) highlight(document.getElementById(id));
    }
    renewWords();
  }

  function showChange({ rows, gone, order, tiles, alerts, pager }) {
    for (const { id, html, say } of rows) {
      if (!document.getElementById(id)) makeRoom(id);
      morph(id, html);
      highlight(document.getElementById(id));
      toSay.push(say);
    }
    for (const id of gone) document.getElementById(id)?.remove();
    arrange(order);
    morph("tiles", tiles);
    morph("alerts", alerts);
    morph("pager", pager);
    renewWords();
    sayTimer ||= setTimeout(sayIt, 100);
  }

  function morph(id, html) {
    const element = document.getElementById(id);
    if (!element) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    Idiomorph.morph(element, template.content.firstElementChild, { morphStyle: "outerHTML", callbacks });
    document.dispatchEvent(new CustomEvent("whypaid:morphed"));
  }

  // What the reader ticked stays ticked: the server does not know it.
  const callbacks = {
    beforeAttributeUpdated: (name, node) => !(name === "checked" && node.type === "checkbox"),
    beforeNodeMorphed: (node, next) => {
      if (node.type === "checkbox" && next.type === "checkbox") next.checked = node.checked;
    },
  };

  function makeRoom(id) {
    const row = document.createElement("tr");
    row.id = id;
    document.getElementById("rows")?.prepend(row);
  }

  // Moves no row that is in its place already: moving one takes its focus away.
  function arrange(order) {
    const rows = document.getElementById("rows");
    let place = rows?.firstElementChild;
    for (const id of order) {
      const row = document.getElementById(id);
      if (!row || row.parentElement !== rows) continue;
      if (row === place) place = place.nextElementSibling;
      else rows.insertBefore(row, place);
    }
  }

  function revisions() {
    const rows = document.querySelectorAll("#rows > tr");
    return new Map([...rows].map((row) => [row.id, row.dataset.revision]));
  }

  function highlight(row) {
    row.classList.remove("is-fresh");
    void row.offsetWidth; // so that a second change is seen as well
    row.classList.add("is-fresh");
    clearTimeout(row.freshTimer);
    row.freshTimer = setTimeout(() => row.classList.remove("is-fresh"), FRESH_MS);
  }

  // A few at a time: a screen reader reads all it is given.
  function sayIt() {
    sayTimer = 0;
    if (toSay.length === 0) return;
    const more = toSay.length - SAY_MAX;
    said.textContent = toSay.slice(0, SAY_MAX).join(". ") + (more > 0 ? `. And ${more} more.` : "");
    toSay = [];
    sayTimer = setTimeout(sayIt, SAY_EVERY_MS);
  }

  // The words of pages/words.rs.
  function ago(at) {
    const minutes = Math.floor((Date.now() + clockOff - at) / 60000);
    if (Date.now() + clockOff - at < 45000) return "just now";
    if (minutes < 60) return `${Math.max(minutes, 1)} min ago`;
    if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
    if (minutes < 30 * 24 * 60) return `${Math.floor(minutes / 1440)} d ago`;
    const day = new Date(at);
    return `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
  }

  function renewWords() {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const words = ago(Date.parse(time.dateTime));
      if (time.textContent !== words) time.textContent = words;
    }
  }

  // Browsers open few connections to a server: pages nobody looks at give theirs back, and catch up when looked at.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else connect();
  });
  // The list shows something else now, by a search without a new page.
  document.addEventListener("whypaid:address", () => { if (!document.hidden) connect(); });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  setInterval(renewWords, WORDS_EVERY_MS);
  if (!document.hidden) connect();
})();
