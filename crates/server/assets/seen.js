// Tells how long this page was looked at: once each time it is hidden or left. No identifier but the view's own.
(() => {
  const { seen, view } = document.body.dataset;
  if (!seen) return;
  let total = 0;
  let since = document.visibilityState === "visible" ? performance.now() : null;
  const tell = () => {
    if (since === null) return;
    total += performance.now() - since;
    since = null;
    navigator.sendBeacon(seen, new URLSearchParams({ view, ms: String(Math.round(total)) }));
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") tell();
    else since ??= performance.now();
  });
  addEventListener("pagehide", tell);
})();
