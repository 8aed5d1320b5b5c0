/** A small HTTP client for tests: JSON in and out, the local root key and a namespace unless told otherwise. */
import { SELF } from "cloudflare:test";
import { operations } from "../../src/api/routes";

export const ROOT_KEY = "sk_local_dev";

export interface CallOptions {
  body?: unknown;
  key?: string | null;
  namespace?: string | null;
  headers?: Record<string, string>;
}

/** Whatever an answer holds: the tests look into it. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Answer {
  status: number;
  headers: Headers;
  json: Json;
}

export async function send(method: string, path: string, options: CallOptions = {}): Promise<Response> {
  const { body, key = ROOT_KEY, namespace = null, headers = {} } = options;
  const raw = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
  return SELF.fetch(`https://shoal.test${path}`, {
    method,
    headers: {
      ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
      ...(namespace === null ? {} : { "X-Namespace": namespace }),
      ...(body !== undefined && !raw ? { "Content-Type": "application/json" } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
  });
}

/** Sends and reads JSON; a successful answer is held against what its operation declares. */
export async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const response = await send(method, path, options);
  const text = await response.text();
  const { status, headers } = response;
  const json: Json = text === "" ? null : JSON.parse(text);
  if (status < 300) conform(method, path, status, json);
  return { status, headers, json };
}

function conform(method: string, path: string, status: number, json: Json): void {
  const pathname = path.split("?")[0] ?? "";
  const operation = operations.find(
    (candidate) =>
      candidate.method === method.toLowerCase() &&
      new RegExp(`^${candidate.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathname),
  );
  const schema = operation?.answers[status];
  if (!schema) throw new Error(`${method} ${path} answers ${status}, which no operation declares`);
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Error(`${operation.id} breaks its contract: ${parsed.error.message}`);
}

/** Calls that must succeed. */
export async function ok(method: string, path: string, options: CallOptions = {}): Promise<Json> {
  const answer = await call(method, path, options);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
  return answer.json;
}

/** A namespace with a collection of one two-dimensional feature, `position`. */
export async function world(name: string): Promise<{ namespace: string; collection: string }> {
  const { namespace_id } = await ok("POST", "/v1/namespaces", { body: { namespace_name: name } });
  const { collection_id } = await ok("POST", "/v1/collections", {
    namespace: namespace_id,
    body: collectionBody("points"),
  });
  return { namespace: namespace_id, collection: collection_id };
}

export const collectionBody = (name: string) => ({
  collection_name: name,
  feature_extractor: {
    feature_extractor_name: "passthrough",
    version: "v1",
    parameters: { features: [{ name: "position", dimensions: 2 }] },
  },
});

export const ndjson = (rows: unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
