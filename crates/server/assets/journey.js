// Makes a journey's page quick: tabs by arrow keys, forms that save in place, and a new outcome by itself. Without this
// every tab and every form is a page of its own and works.
"use strict";
window.journey = (() => {
  const LOOK_AGAIN_MS = 60; // what changes in a burst is loaded once
  const RETRY_MS = 3000;
  const HEADERS = { accept: "text/html" };

  let source = null;
  let timer = 0;
  let retry = 0;
  let loads = 0; // the newest load counts

  const article = () => document.getElementById("journey");
  const tabsOf = (of) => [...of.querySelectorAll(".tabs [data-tab]")];

  function parsed(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const found = page.getElementById("journey");
    return found && { found, title: page.title };
  }

  /** Fetches a journey's page; `null` when the answer is another page. */
  async function fetched(url, options = {}) {
    const answer = await fetch(url, { headers: HEADERS, ...options });
    return { answer, page: parsed(await answer.text()) };
  }

  /** Gives a rendered article its keys and what was typed into it. */
  function enhance(of) {
    const tabs = tabsOf(of);
    const panel = of.querySelector("#panel");
    of.querySelector(".tabs").setAttribute("role", "tablist");
    for (const tab of tabs) {
      const selected = tab.dataset.tab === of.dataset.tab;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-selected", selected);
      tab.setAttribute("aria-controls", "panel");
      tab.removeAttribute("aria-current");
      tab.tabIndex = selected ? 0 : -1;
      if (selected) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${of.dataset.tab}`);
    panel.tabIndex = 0;
    drafts.restore(of);
  }

  function say(words) {
    const said = article()?.querySelector("[data-said]");
    if (said) said.textContent = words;
  }

  function replace({ found, title }, focusId) {
    article().replaceWith(found);
    document.title = title;
    enhance(found);
    const alert = found.querySelector("form[data-conflict], [aria-invalid]");
    if (alert) {
      alert.matches("form") ? alert.querySelector("textarea").focus() : alert.focus();
      alert.scrollIntoView({ block: "nearest" });
    } else {
      (document.getElementById(focusId) ?? found.querySelector("#panel")).focus({ preventScroll: true });
    }
  }

  async function go(url, focusId) {
    loads += 1;
    const load = loads;
    try {
      const { page } = await fetched(url);
      if (load !== loads) return;
      if (!page) return location.assign(url);
      history.replaceState(history.state, "", url);
      replace(page, focusId);
      article().querySelector("#panel").scrollTop = 0;
    } catch {
      location.assign(url);
    }
  }

  // While somebody deals with a refusal, only the head follows: what they compare must not change under their eyes.
  const busy = (of) => of.querySelector("form[data-conflict], [aria-invalid]");

  function follow({ found }) {
    const now = article();
    if (!now || now.dataset.journey !== found.dataset.journey || now.dataset.tab !== found.dataset.tab) return;
    const outcome = (of) => of.querySelector(".journey-state").textContent.replace(/\s+/g, " ").trim();
    const before = outcome(now);
    const options = {
      ignoreActiveValue: true,
      callbacks: { beforeAttributeUpdated: (name) => name !== "open" },
    };
    if (busy(now)) {
      Idiomorph.morph(now.querySelector(".journey-head"), found.querySelector(".journey-head"), options);
    } else {
      Idiomorph.morph(now, found, options);
    }
    enhance(now);
    if (outcome(now) !== before) {
      say(`Now: ${outcome(now)}`);
      now.classList.remove("is-fresh");
      void now.offsetWidth; // so that a second change is seen as well
      now.classList.add("is-fresh");
    }
  }

  async function look() {
    const now = article();
    if (!now) return;
    loads += 1;
    const load = loads;
    try {
      const { page } = await fetched(location.href);
      if (page && load === loads) follow(page);
    } catch { /* the stream tells again, or the next look does */ }
  }

  function lookSoon() {
    clearTimeout(timer);
    timer = setTimeout(look, LOOK_AGAIN_MS);
  }

  /** Follows the shown journey; `stop` ends it. */
  function start() {
    stop();
    source = new EventSource("/api/v1/live");
    source.addEventListener("journey", (event) => {
      if (JSON.parse(event.data).journey_id === article()?.dataset.journey) lookSoon();
    });
    source.addEventListener("reset", lookSoon);
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      clearTimeout(retry);
      retry = setTimeout(() => { start(); lookSoon(); }, RETRY_MS);
    });
  }

  function stop() {
    clearTimeout(timer);
    clearTimeout(retry);
    source?.close();
    source = null;
  }

  function refuse(form, words) {
    form.querySelector(":scope > .fault")?.remove();
    const fault = document.createElement("p");
    fault.className = "fault";
    fault.setAttribute("role", "alert");
    fault.textContent = words;
    form.append(fault);
  }

  async function send(form, button) {
    const body = new URLSearchParams(new FormData(form, button));
    if (button) button.disabled = true;
    loads += 1;
    try {
      const { answer, page } = await fetched(form.action, { method: "POST", body });
      if (!page) return refuse(form, `Not saved: the server answered ${answer.status}. What you typed is kept here.`);
      if (answer.ok) {
        drafts.drop(form);
        history.replaceState(history.state, "", answer.url);
      }
      replace(page, `tab-${page.found.dataset.tab}`);
      say(answer.ok ? "Saved." : "Not saved.");
    } catch {
      refuse(form, "Not saved: the server cannot be reached. What you typed is kept; try again in a moment.");
    } finally {
      if (button) button.disabled = false;
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.closest("#journey") || form.method !== "post") return;
    event.preventDefault();
    send(form, event.submitter);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#journey a[href]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target || "leave" in link.dataset) return;
    if (!link.pathname.startsWith(`/journeys/${article().dataset.journey}/`)) return;
    event.preventDefault();
    if (link.dataset.discard) drafts.dropNamed(link, link.dataset.discard);
    go(link.href, link.dataset.focus ?? (link.dataset.tab ? link.id : undefined));
  });

  const STEPS = { ArrowRight: 1, ArrowLeft: -1 };
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.("#journey .tabs [role=tab]");
    if (!tab || event.metaKey || event.ctrlKey || event.altKey) return;
    const tabs = tabsOf(article());
    const step = STEPS[event.key];
    let next = event.key === "Home" ? tabs[0] : event.key === "End" ? tabs.at(-1) : null;
    if (step) next = tabs.at((tabs.indexOf(tab) + step) % tabs.length);
    if (event.key === " ") next = tab;
    if (!next) return;
    event.preventDefault();
    next.focus();
    go(next.href, next.id);
  });

  document.addEventListener("visibilitychange", () => {
    if (!article()) return;
    if (document.hidden) return stop();
    start();
    lookSoon();
  });
  addEventListener("pagehide", stop);

  if (article()) {
    enhance(article());
    start();
  } else {
    drafts.restore(document);
  }

  return { fetched, enhance, start, stop };
})();
