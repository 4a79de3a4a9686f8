// Opens a journey over the list. The address is the journey's own, so that a reload or a sent link shows it as a page.
"use strict";
(() => {
  if (!document.getElementById("list")) return;
  const listTitle = document.title;
  let dialog = null;
  let opener = null; // id of the row
  let opening = 0;

  const isJourney = (path) => /^\/journeys\/jrn_[0-9a-f]+(\/[a-z]+)?$/.test(path);

  function make() {
    dialog = document.createElement("dialog");
    dialog.className = "journey-dialog";
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      leave();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) leave();
      if (event.target.closest("[data-close]")) {
        event.preventDefault();
        leave();
      }
    });
    document.body.append(dialog);
  }

  async function open(href, push) {
    opening += 1;
    const mine = opening;
    let page = null;
    try {
      ({ page } = await journey.fetched(href));
    } catch { /* the page itself will say so */ }
    if (mine !== opening) return;
    if (!page) return location.assign(href);
    if (!dialog) make();
    if (push) history.pushState({ over: "list" }, "", href);
    dialog.replaceChildren(page.found);
    dialog.setAttribute("aria-labelledby", "journey-name");
    document.title = page.title;
    if (!dialog.open) dialog.showModal();
    journey.enhance(page.found);
    page.found.querySelector("[role=tab][aria-selected=true]").focus();
    journey.start();
  }

  // Back through the history, so that the browser's own Back and this are one.
  function leave() {
    if (history.state?.over === "list") history.back();
    else shut();
  }

  function shut() {
    opening += 1;
    journey.stop();
    document.title = listTitle;
    dialog?.close();
    dialog?.replaceChildren();
    const row = opener && document.getElementById(opener);
    (row?.querySelector("a.row-link") ?? document.getElementById("main")).focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.row-link");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || !isJourney(link.pathname)) return;
    event.preventDefault();
    opener = link.closest("[id]")?.id ?? null;
    open(link.href, true);
  });

  addEventListener("popstate", () => {
    if (isJourney(location.pathname)) open(location.href, false);
    else if (dialog?.open || opening) shut();
  });
})();
