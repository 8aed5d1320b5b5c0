/** Descriptions and code samples as elements. */
import { copyButton } from "../shared/copy.js";
import { h } from "../shared/dom.js";
import { inlineTokens, paragraphs } from "./tokens.js";

const INLINE_TAGS = { code: "code", strong: "strong", link: "a" };

/** A line of description. @param {string} text */
export const inline = (text) =>
  inlineTokens(text).map(({ kind, text, href }) => (kind === "plain" ? text : h(INLINE_TAGS[kind], { href }, text)));

/** A description of paragraphs and lists. @param {string} text */
export function prose(text) {
  const blocks = paragraphs(text).map((block) =>
    block.kind === "list"
      ? h(
          "ul",
          {},
          block.items.map((item) => h("li", {}, inline(item))),
        )
      : h("p", {}, inline(block.text)),
  );
  return h("div", { class: "prose" }, blocks);
}

/** A titled, copyable sample. @param {string} title @param {string} text @param {(text: string) => {kind: string, text: string}[]} tokens */
export function sample(title, text, tokens) {
  const spans = tokens(text).map(({ kind, text }) =>
    kind === "plain" ? text : h("span", { class: `t-${kind}` }, text),
  );
  const code = h("code", {}, spans);
  return h(
    "figure",
    { class: "sample" },
    h(
      "figcaption",
      {},
      h("span", {}, title),
      copyButton(() => text, code),
    ),
    // Focusable, so that a long sample can be scrolled by keyboard.
    h("pre", { tabindex: "0", "aria-label": title }, code),
  );
}
