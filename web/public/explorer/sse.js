/**
 * Server-sent events out of a stream of text. `EventSource` cannot send a key, so the explorer reads the stream itself.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 *
 * @returns {{ push(text: string): { id: string, event: string, data: string }[] }} the events that `text` completes; an
 *   event that the stream's end cuts off is never given, as the standard has it
 */
export function eventParser() {
  let rest = "";
  let first = true;
  let id = "";
  let event = "";
  let data = [];

  function field(line, done) {
    if (line === "") {
      if (data.length > 0) done.push({ id, event: event || "message", data: data.join("\n") });
      event = "";
      data = [];
      return;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data.push(value);
    else if (name === "event") event = value;
    else if (name === "id" && !value.includes("\0")) id = value;
  }

  return {
    push(text) {
      const all = rest + (first ? text.replace(/^\uFEFF/, "") : text);
      first = false;
      // A carriage return at the very end may be half of a line end: it waits for the next chunk.
      const held = all.endsWith("\r") ? "\r" : "";
      const lines = all.slice(0, all.length - held.length).split(/\r\n|\n|\r/);
      rest = lines.pop() + held;
      const done = [];
      for (const line of lines) field(line, done);
      return done;
    },
  };
}
