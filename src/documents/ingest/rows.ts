/**
 * Documents as JSON: `{"document_id"?, "payload"?, "vectors"?}`, or the create request's form with
 * `features: [{"feature_extractor_id", "payload"?, "vectors"}]`. Every other key is kept at the root of the payload.
 */
import { isObject } from "../../domain/filters/path";
import type { CollectionFeature } from "../contract";
import { type DecodedRow, featureIndex, type RawVector, RowRefusal } from "./decoded";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** @throws RowRefusal */
export function parseRow(bytes: Uint8Array, line: number, features: CollectionFeature[]): DecodedRow {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    const message = error instanceof TypeError ? "not valid UTF-8" : `not valid JSON: ${(error as Error).message}`;
    throw new RowRefusal("invalid_json", message);
  }
  return readRow(value, line, features);
}

/** @throws RowRefusal */
export function readRow(value: unknown, line: number, features: CollectionFeature[]): DecodedRow {
  if (!isObject(value)) throw new RowRefusal("validation_failed", "a document must be a JSON object");
  // `collection_id` repeats the path.
  const { document_id: id, collection_id: _path, payload, vectors, features: blocks, ...rest } = value;
  if (id !== undefined && id !== null && typeof id !== "string") {
    throw new RowRefusal("validation_failed", `document_id must be a string, not ${JSON.stringify(id)}`);
  }
  const documentId = id ?? null;
  const merged = rest;
  const found: RawVector[] = Array(features.length).fill(null);
  const refuse = (code: string, message: string) => new RowRefusal(code, message, documentId);
  addPayload(merged, payload, "payload", refuse);
  addVectors(found, nameSparse(vectors, features), "vectors", features, refuse);
  if (blocks !== undefined && blocks !== null) {
    if (!Array.isArray(blocks)) throw refuse("validation_failed", "features must be an array");
    blocks.forEach((block: unknown, i) => {
      if (!isObject(block)) throw refuse("validation_failed", `features[${i}] must be an object`);
      addPayload(merged, block.payload, `features[${i}].payload`, refuse);
      addVectors(found, nameLone(block.vectors, features), `features[${i}].vectors`, features, refuse);
    });
  }
  return { line, documentId, payload: JSON.stringify(merged), vectors: found };
}

type Refuse = (code: string, message: string) => RowRefusal;

function addPayload(into: Record<string, unknown>, payload: unknown, where: string, refuse: Refuse): void {
  if (payload === undefined || payload === null) return;
  if (!isObject(payload)) throw refuse("validation_failed", `${where} must be an object`);
  for (const [key, value] of Object.entries(payload)) {
    if (Object.hasOwn(into, key)) throw refuse("validation_failed", `'${key}' stands in the document and in ${where}`);
    into[key] = value;
  }
}

function addVectors(
  into: RawVector[],
  vectors: unknown,
  where: string,
  features: CollectionFeature[],
  refuse: Refuse,
): void {
  if (vectors === undefined || vectors === null) return;
  if (!isObject(vectors)) throw refuse("invalid_vector", `${where} must map feature names to vectors`);
  for (const [name, value] of Object.entries(vectors)) {
    if (value === null) continue;
    const at = `${where}.${name}`;
    const index = featureIndex(features, name);
    if (index < 0) {
      const known = features.map((feature) => feature.name).join(", ") || "none";
      throw refuse("feature_not_found", `${at} names no feature of the collection; it has: ${known}`);
    }
    if (into[index] !== null) throw refuse("invalid_vector", `feature '${features[index]!.name}' is given twice`);
    into[index] = value;
  }
}

/** In the create request a lone vector may have any name: it is the collection's only feature. */
function nameLone(vectors: unknown, features: CollectionFeature[]): unknown {
  const named = nameSparse(vectors, features);
  if (named !== vectors || features.length !== 1 || !isObject(vectors)) return named;
  const entries = Object.entries(vectors);
  return entries.length === 1 ? { [features[0]!.name]: entries[0]![1] } : vectors;
}

/** A bare `{indices, values}` is a vector of the collection's only sparse feature. */
function nameSparse(vectors: unknown, features: CollectionFeature[]): unknown {
  if (!isObject(vectors) || !("indices" in vectors && "values" in vectors)) return vectors;
  const [only, ...others] = features.filter(({ kind }) => kind === "sparse");
  return only && others.length === 0 ? { [only.name]: vectors } : vectors;
}
