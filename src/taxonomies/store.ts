/** A version's nodes and centroids in the object store. Vectors are float32, a row a node; NaN where a node has none. */

import { ShoalError } from "../domain/errors";
import { keys } from "../objects/keys";
import type { ObjectStore } from "../objects/object-store";
import type { Draft, TaxonomyIndex } from "./contract";
import { dimensionsOf } from "./contract";

export interface VersionRef {
  namespaceId: string;
  taxonomyId: string;
  version: number;
}

const place = ({ namespaceId, taxonomyId, version }: VersionRef, file: "nodes.json" | "centroids.f32" | "draft.json") =>
  keys.taxonomyFile(namespaceId, taxonomyId, version, file);

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

async function json<T>(objects: ObjectStore, key: string): Promise<T | null> {
  const bytes = await objects.get(key);
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as T);
}

/** A draft as it lies in the store: its known centroids are in the centroids' file. */
export type StoredDraft = Omit<Draft, "centroids">;

export async function writeDraft(objects: ObjectStore, ref: VersionRef, { centroids, ...draft }: Draft): Promise<void> {
  const width = draft.space ? dimensionsOf(draft.space) : 0;
  const rows = new Float32Array(draft.nodes.length * width).fill(Number.NaN);
  for (const [node, vector] of centroids) rows.set(vector, node * width);
  await writeCentroids(objects, ref, rows);
  await objects.put(place(ref, "draft.json"), encode(draft));
}

export const readDraft = (objects: ObjectStore, ref: VersionRef): Promise<StoredDraft | null> =>
  json<StoredDraft>(objects, place(ref, "draft.json"));

export const dropDraft = (objects: ObjectStore, ref: VersionRef): Promise<void> =>
  objects.delete([place(ref, "draft.json")]);

export const writeCentroids = (objects: ObjectStore, ref: VersionRef, rows: Float32Array): Promise<void> =>
  objects.put(place(ref, "centroids.f32"), new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));

export async function readCentroids(objects: ObjectStore, ref: VersionRef): Promise<Float32Array<ArrayBuffer>> {
  const bytes = await objects.get(place(ref, "centroids.f32"));
  if (!bytes) throw missing(ref);
  return new Float32Array(bytes.slice().buffer);
}

export const writeIndex = (objects: ObjectStore, ref: VersionRef, index: TaxonomyIndex): Promise<void> =>
  objects.put(place(ref, "nodes.json"), encode(index));

export async function readIndex(objects: ObjectStore, ref: VersionRef): Promise<TaxonomyIndex> {
  const index = await json<TaxonomyIndex>(objects, place(ref, "nodes.json"));
  if (!index) throw missing(ref);
  return index;
}

const missing = ({ taxonomyId, version }: VersionRef): ShoalError =>
  new ShoalError("taxonomy_not_ready", `Version ${version} of ${taxonomyId} has no nodes yet.`, {
    taxonomy_id: taxonomyId,
    version,
  });
