/** Prefixed, time-ordered ids: 8 characters of base-36 milliseconds, then random base-36 characters. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type NamespaceId = Branded<"NamespaceId">;
export type CollectionId = Branded<"CollectionId">;
export type DocumentId = Branded<"DocumentId">;
export type ClusterId = Branded<"ClusterId">;
export type RunId = Branded<"RunId">;
export type TaskId = Branded<"TaskId">;
export type KeyId = Branded<"KeyId">;
export type BatchId = Branded<"BatchId">;
export type JobId = Branded<"JobId">;
export type EventId = Branded<"EventId">;
export type TriggerId = Branded<"TriggerId">;
export type TaxonomyId = Branded<"TaxonomyId">;
export type TemplateId = Branded<"TemplateId">;
export type DeliveryId = Branded<"DeliveryId">;

interface IdKinds {
  ns: NamespaceId;
  col: CollectionId;
  doc: DocumentId;
  clust: ClusterId;
  run: RunId;
  task: TaskId;
  key: KeyId;
  batch: BatchId;
  job: JobId;
  evt: EventId;
  trig: TriggerId;
  tax: TaxonomyId;
  tmpl: TemplateId;
  del: DeliveryId;
}

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
const TIME_CHARACTERS = 8; // 36^8 ms reaches the year 2059 and keeps lexicographic order until then
const RANDOM_CHARACTERS = 12;

/** A new id of the given kind, e.g. `newId("run")` → `run_mi8l2k4q0d7v1c9x5z3b`. */
export function newId<K extends keyof IdKinds>(kind: K, now = Date.now()): IdKinds[K] {
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_CHARACTERS));
  let tail = "";
  for (const byte of random) tail += ALPHABET[byte % ALPHABET.length];
  return `${kind}_${now.toString(36).padStart(TIME_CHARACTERS, "0")}${tail}` as IdKinds[K];
}

/** Ids of the clusters inside a run, numbered by size; noise has this id and is no cluster. */
export const NOISE_ID = "-1";
export const clusterLabelId = (index: number): string => (index < 0 ? NOISE_ID : `cl_${index}`);
