/** Requests to the API of this origin, and its errors as it words them. */

/** An answer outside 2xx. `message` is the API's own; `issues` says where, for a refused body. */
export class ApiError extends Error {
  /** @param {number} status @param {any} body @param {string | null} requestId */
  constructor(status, body, requestId) {
    super(body?.error?.message ?? `The server answered ${status}.`);
    this.name = "ApiError";
    this.status = status;
    /** @type {string | null} */
    this.code = body?.error?.code ?? null;
    this.requestId = requestId;
    /** @type {{ loc: (string | number)[], msg: string }[]} */
    this.issues = Array.isArray(body?.detail) ? body.detail : [];
  }
}

/**
 * @param {{ key: string, namespace: string }} credentials
 * @param {typeof fetch} [send]
 */
export function createApi({ key, namespace }, send = (...args) => fetch(...args)) {
  /** The response of a request that succeeded; throws `ApiError` otherwise. */
  async function request(method, path, { body, headers, signal } = {}) {
    const response = await send(path, {
      method,
      signal,
      headers: {
        Authorization: `Bearer ${key}`,
        "X-Namespace": namespace,
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (response.ok) return response;
    const text = await response.text();
    throw new ApiError(response.status, parsed(text), response.headers.get("x-request-id"));
  }

  return {
    request,
    get: async (path, signal) => (await request("GET", path, { signal })).json(),
    post: async (path, body, signal) => (await request("POST", path, { body, signal })).json(),
    /** Chunks of text as they arrive. */
    async *text(method, path, options) {
      const response = await request(method, path, options);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      try {
        for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
      } finally {
        reader.cancel().catch(() => {});
      }
    },
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
