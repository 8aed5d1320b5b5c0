import { h } from "./dom.js";

const SHOWN_MS = 1600;

/** A button that copies `text()`; where the clipboard is closed to the page, it selects `source` for the user to copy. */
export function copyButton(text, source) {
  const button = h("button", { class: "copy", type: "button", "aria-live": "polite" }, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = await navigator.clipboard?.writeText(text()).then(
      () => "Copied",
      () => null,
    );
    if (button.textContent === "") {
      getSelection()?.selectAllChildren(source);
      button.textContent = "Selected";
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, SHOWN_MS);
  });
  return button;
}
