/**
 * The object store as the engine, the documents and the artifacts see it. In production and in the API process it is an
 * R2 bucket; in the local compute process it is the API's bucket, reached over a service binding (see `gateway.ts`).
 */
export type Bytes = Uint8Array<ArrayBuffer>;

export interface ObjectInfo {
  key: string;
  size: number;
}

/** An object written in order, chunk by chunk; it exists only after `close()`. */
export interface ObjectWriter {
  write(chunk: Uint8Array): Promise<void>;
  /** Completes the object; returns its size in bytes. */
  close(): Promise<number>;
  /** Gives up: nothing becomes visible at the key. */
  abort(): Promise<void>;
}

export interface ObjectStore {
  /** The whole object, or null. Only for objects whose size is bounded by design (≤ 16 MiB). */
  get(key: string): Promise<Bytes | null>;
  /** `length` bytes from `offset`, or null when there is no such object. */
  range(key: string, offset: number, length: number): Promise<Bytes | null>;
  /** The object as a stream, or null. */
  stream(key: string): Promise<ReadableStream<Uint8Array> | null>;
  head(key: string): Promise<ObjectInfo | null>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** A writer for objects of any size (R2 multipart above 5 MiB, parts of equal size). */
  writer(key: string): ObjectWriter;
  delete(keys: string[]): Promise<void>;
  list(prefix: string, cursor?: string): Promise<{ objects: ObjectInfo[]; cursor: string | null }>;
}

/** Deletes everything under a prefix; returns the number of objects. */
export async function deletePrefix(store: ObjectStore, prefix: string): Promise<number> {
  let deleted = 0;
  for (;;) {
    // Listing from the start each time: what was listed before is gone.
    const { objects } = await store.list(prefix);
    if (objects.length === 0) return deleted;
    await store.delete(objects.map((object) => object.key));
    deleted += objects.length;
  }
}
