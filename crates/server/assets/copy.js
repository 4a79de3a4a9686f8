// `<button data-copy="id">` copies what the field or the text of that id holds. Its style sheet shows such buttons only
// where this runs.
"use strict";
(() => {
  const COPIED_MS = 2000;
  document.documentElement.classList.add("can-copy");

  /** Where the clipboard is not allowed (plain HTTP), the old way still is. */
  function copySelected(from) {
    if ("value" in from) from.select();
    else getSelection().selectAllChildren(from);
    return document.execCommand("copy");
  }

  async function copy(button) {
    const words = button.dataset.words ?? button.textContent;
    button.dataset.words = words;
    const from = document.getElementById(button.dataset.copy);
    let copied = true;
    try {
      await navigator.clipboard.writeText(from.value ?? from.textContent);
    } catch {
      copied = copySelected(from);
    }
    button.textContent = copied ? "Copied" : "Not allowed here";
    setTimeout(() => { button.textContent = words; }, COPIED_MS);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
})();
