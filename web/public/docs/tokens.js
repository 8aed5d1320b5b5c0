/** Texts cut into tokens for colouring and markup: pure, and joined they give the text back. */

/** @typedef {{ kind: string, text: string }} Token */

const JSON_TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** Keys, strings, words and numbers of a JSON text. @param {string} text @returns {Token[]} */
export function jsonTokens(text) {
  return cut(text, JSON_TOKEN, ([, string, colon, word, number]) => {
    if (string !== undefined) {
      const kind = colon === undefined ? "string" : "key";
      return [{ kind, text: string }, ...(colon ? [{ kind: "plain", text: colon }] : [])];
    }
    return [word === undefined ? { kind: "number", text: number } : { kind: "word", text: word }];
  });
}

const SHELL_TOKEN = /(^curl\b)|(\s-{1,2}[A-Za-z][\w-]*)|(\$[A-Z_]+)/gm;

/** The command, its options and variables. @param {string} text @returns {Token[]} */
export function shellTokens(text) {
  return cut(text, SHELL_TOKEN, ([whole, command, option]) => [
    { kind: command ? "word" : option ? "key" : "number", text: whole },
  ]);
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((https?:[^)\s]+|\/[^)\s]*|#[^)\s]*)\)/g;

/**
 * Code, strong words and links of a description. Their marks are dropped; a link carries its address.
 * @param {string} text @returns {(Token & { href?: string })[]}
 */
export function inlineTokens(text) {
  return cut(text, INLINE, ([, code, strong, label, href]) => {
    if (code !== undefined) return [{ kind: "code", text: code }];
    return [strong === undefined ? { kind: "link", text: label, href } : { kind: "strong", text: strong }];
  });
}

/** Blank lines separate paragraphs; lines that begin with `- ` are a list. @param {string} text */
export function paragraphs(text) {
  return text
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== "")
    .map((block) => {
      const lines = block.split("\n");
      return lines.every((line) => /^\s*[-*] /.test(line))
        ? { kind: "list", items: lines.map((line) => line.replace(/^\s*[-*] /, "")) }
        : { kind: "paragraph", text: lines.join(" ") };
    });
}

function cut(text, pattern, read) {
  const tokens = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) tokens.push({ kind: "plain", text: text.slice(end, match.index) });
    tokens.push(...read(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) tokens.push({ kind: "plain", text: text.slice(end) });
  return tokens;
}
