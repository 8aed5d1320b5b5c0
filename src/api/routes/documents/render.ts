import { timestamp } from "../../../db/time";
import type { CollectionFeature, EditResult, StoredDocument } from "../../../documents/contract";
import type { Warning } from "../../../domain/definition/model";
import { ShoalError } from "../../../domain/errors";
import type { DocumentResponse } from "./schemas";

/** A document as the API answers it: its own fields at the root, the service's beside them. */
export function renderDocument(
  document: StoredDocument,
  namespaceId: string,
  collectionId: string,
  vectorNames = true,
): DocumentResponse {
  const { documentId: document_id, payload, features, createdAt, updatedAt, vectors } = document;
  const ids = { document_id, collection_id: collectionId };
  return {
    ...payload,
    ...ids,
    document_blobs: Array.isArray(payload.document_blobs) ? payload.document_blobs : [],
    _internal: {
      ...ids,
      namespace_id: namespaceId,
      created_at: timestamp(createdAt),
      updated_at: timestamp(updatedAt),
    },
    ...(vectorNames ? { _vectors: features } : {}),
    ...(vectors ? { vectors } : {}),
  };
}

/** Root fields that the service writes: a document that is read, changed and written back brings them along. */
const SYSTEM_FIELDS = ["document_id", "collection_id", "_internal", "_vectors", "warnings"];

/** The fields that an update may set, and a warning for each that it may not. */
export function editableFields(data: Record<string, unknown>, loc: string[]) {
  if (Object.hasOwn(data, "vectors")) {
    const msg = "vectors cannot be updated; create or import the document again under its id";
    throw new ShoalError("invalid_vector", `${[...loc, "vectors"].join(".")}: ${msg}`, null, [
      { loc: [...loc, "vectors"], msg, type: "invalid_vector" },
    ]);
  }
  const system = SYSTEM_FIELDS.filter((field) => Object.hasOwn(data, field));
  const fields = Object.fromEntries(Object.entries(data).filter(([field]) => !system.includes(field)));
  const warnings: Warning[] = system.map((field) => ({ loc: [...loc, field], msg: "is set by the service; ignored" }));
  return { fields, warnings };
}

/** An edit drops a model's vector where it changes the text that the vector was made of. */
export function droppedEmbeddings(
  features: CollectionFeature[],
  data: Record<string, unknown>,
  loc: string[],
): Warning[] {
  return features.flatMap(({ name, text }) => {
    const field = text?.embedding
      ? text.paths.map((path) => path.split(".")[0]!).find((root) => root in data)
      : undefined;
    if (field === undefined) return [];
    const msg = `where the text changes, the vector '${name}' is dropped; create or import the document again for a new one`;
    return [{ loc: [...loc, field], msg }];
  });
}

export const renderEdits = (results: EditResult[]) =>
  results.map(({ documentId, success, error }) => ({ document_id: documentId, success, error }));

export const documentNotFound = (documentId: string): ShoalError =>
  new ShoalError("document_not_found", `There is no document "${documentId}" in this collection.`, {
    resource: "document",
    id: documentId,
  });

/** `select`: these fields (dot paths) of the document and its ids. */
export function selectFields(document: DocumentResponse, select: string[] | null): DocumentResponse {
  if (!select) return document;
  const picked: Record<string, unknown> = {};
  for (const path of select) copyPath(document, picked, path.split("."));
  const { document_id, collection_id, document_blobs, _internal, _vectors, vectors } = document;
  const kept = {
    ...{ document_id, collection_id, document_blobs, _internal },
    ...(_vectors ? { _vectors } : {}),
    ...(vectors ? { vectors } : {}),
  };
  return { ...picked, ...kept };
}

function copyPath(from: Record<string, unknown>, into: Record<string, unknown>, [key, ...rest]: string[]): void {
  if (key === undefined || !Object.hasOwn(from, key)) return;
  const value = from[key];
  if (rest.length === 0 || value === null || typeof value !== "object" || Array.isArray(value)) {
    if (rest.length === 0) into[key] = value;
    return;
  }
  const inner = (into[key] ?? {}) as Record<string, unknown>;
  into[key] = inner;
  copyPath(value as Record<string, unknown>, inner, rest);
}
