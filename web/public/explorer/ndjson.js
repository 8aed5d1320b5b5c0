/**
 * Cuts a stream of text into the lines of NDJSON, whatever the chunks' borders.
 *
 * @returns {{ push(text: string): string[], end(): string[] }} `push` gives the lines that `text` completes, `end` the last
 *   one if the stream did not close it; blank lines are dropped
 */
export function lineSplitter() {
  let rest = "";
  return {
    push(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      return lines.map(withoutReturn).filter(Boolean);
    },
    end() {
      const last = withoutReturn(rest);
      rest = "";
      return last === "" ? [] : [last];
    },
  };
}

const withoutReturn = (line) => (line.endsWith("\r") ? line.slice(0, -1) : line);
