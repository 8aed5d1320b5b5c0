/** A small client of the HTTP API for the demo and the end-to-end check: what any user could write with `fetch`. */

/** An answer outside 2xx; `status`, `code` and `body` as the server sent them. */
export class ApiError extends Error {
  constructor(method, path, status, body) {
    super(`${method} ${path}: ${status} ${body?.error?.code ?? ""} ${body?.error?.message ?? JSON.stringify(body)}`);
    this.status = status;
    this.code = body?.error?.code ?? null;
    this.body = body;
  }
}

/**
 * @param {{url: string, key?: string, namespace?: string}} target
 * @returns request functions; `with(changes)` gives the same client with another key or namespace
 */
export function createClient(target) {
  const { url, key, namespace } = target;

  /** The raw response. `body` is sent as JSON unless it is a string, bytes or a stream (then name its type in `headers`). */
  function send(method, path, body, headers = {}) {
    const raw = typeof body === "string" || ArrayBuffer.isView(body) || body instanceof ReadableStream;
    return fetch(url + path, {
      method,
      headers: {
        ...(key && { Authorization: `Bearer ${key}` }),
        ...(namespace && { "X-Namespace": namespace }),
        ...(body !== undefined && !raw && { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body === undefined || raw ? body : JSON.stringify(body),
      ...(body instanceof ReadableStream && { duplex: "half" }),
    });
  }

  /** The answer's JSON; throws `ApiError` outside 2xx. */
  async function call(method, path, body, headers) {
    const response = await send(method, path, body, headers);
    const text = await response.text();
    let answer = text;
    try {
      answer = text === "" ? null : JSON.parse(text);
    } catch {
      // not JSON: the text itself is the answer
    }
    if (!response.ok) throw new ApiError(method, path, response.status, answer);
    return answer;
  }

  return {
    url,
    send,
    call,
    get: (path, headers) => call("GET", path, undefined, headers),
    post: (path, body, headers) => call("POST", path, body, headers),
    with: (changes) => createClient({ ...target, ...changes }),

    /** Every result of a `…/list` operation, page by page. */
    async *list(path, body = {}, limit = 1000) {
      let cursor = null;
      do {
        const page = await call(
          "POST",
          `${path}?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`,
          body,
        );
        yield* page.results;
        cursor = page.pagination.next_cursor;
      } while (cursor);
    },

    /** The events of a stream of server-sent events, their data parsed, until the server ends it. */
    async *events(path, lastEventId) {
      const headers = { Accept: "text/event-stream", ...(lastEventId && { "Last-Event-ID": String(lastEventId) }) };
      const response = await send("GET", path, undefined, headers);
      if (!response.ok) throw new ApiError("GET", path, response.status, await response.json());
      let rest = "";
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + text).split(/\r?\n\r?\n/);
        rest = blocks.pop();
        for (const block of blocks) {
          const data = block.split(/\r?\n/).filter((line) => line.startsWith("data:"));
          if (data.length > 0) yield JSON.parse(data.map((line) => line.slice(5).trimStart()).join("\n"));
        }
      }
    },
  };
}
