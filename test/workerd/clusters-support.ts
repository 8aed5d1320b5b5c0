/** A namespace with one collection of three well separated blobs, and calls to the API. */
import { SELF } from "cloudflare:test";

export const FEATURE = "mixpeek://passthrough@v1/position";
export const DOCUMENTS = 60;

export interface Reply {
  status: number;
  headers: Headers;
  /** Untyped on purpose: answers are checked by the schemas of test/contract. */
  body: ReturnType<typeof JSON.parse>;
}

export function api(namespace: string) {
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    SELF.fetch(`https://shoal.test${path}`, {
      method,
      headers: {
        Authorization: "Bearer sk_local_dev",
        "X-Namespace": namespace,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  const call = async (method: string, path: string, body?: unknown): Promise<Reply> => {
    const response = await send(method, path, body);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return {
    /** The response as it is, for streams and other media types. */
    send,
    get: (path: string) => call("GET", path),
    post: (path: string, body?: unknown) => call("POST", path, body),
    patch: (path: string, body: unknown) => call("PATCH", path, body),
    delete: (path: string) => call("DELETE", path),
  };
}
export type Api = ReturnType<typeof api>;

/** Creates namespace and collection, imports the documents; answers the collection's id. */
export async function populate(shoal: Api, namespace: string): Promise<string> {
  const extractors = [{ feature_extractor_name: "passthrough", version: "v1" }];
  await shoal.post("/v1/namespaces", { namespace_name: namespace, feature_extractors: extractors });
  const parameters = { features: [{ name: "position", dimensions: 3 }] };
  const collection = await shoal.post("/v1/collections", {
    collection_name: "blobs",
    feature_extractor: { feature_extractor_name: "passthrough", version: "v1", parameters },
  });
  const id = collection.body.collection_id as string;
  const lines = Array.from({ length: DOCUMENTS }, (_, i) => {
    const blob = i % 3;
    const position = [0, 1, 2].map((axis) => (axis === blob ? 10 : 0) + ((i * 7 + axis * 3) % 5) / 10);
    return JSON.stringify({ document_id: `doc_${i}`, payload: { blob: `b${blob}` }, vectors: { position } });
  });
  const headers = { "Content-Type": "application/x-ndjson" };
  const imported = await shoal.send("POST", `/v1/collections/${id}/documents/import`, `${lines.join("\n")}\n`, headers);
  if (!imported.ok) throw new Error(`import: ${await imported.text()}`);
  return id;
}

/** A k-means definition over the collection. */
export const definition = (collectionId: string, rest: Record<string, unknown> = {}, params = {}) => ({
  collection_ids: [collectionId],
  cluster_type: "vector",
  vector_config: {
    feature_uris: [FEATURE],
    clustering_method: "kmeans",
    algorithm_params: { n_clusters: 3, n_init: 2, ...params },
    normalize_features: false,
  },
  ...rest,
});
