import type { Bytes, ObjectInfo, ObjectStore, ObjectWriter } from "./object-store";

/** R2 wants parts of equal size, at least 5 MiB. https://developers.cloudflare.com/r2/objects/multipart-objects/ */
export const PART_BYTES = 5 * 1024 * 1024;

/** What a multipart upload needs of its bucket; the gateway offers the same over RPC. */
export interface MultipartTarget {
  create(key: string): Promise<string>;
  part(key: string, uploadId: string, number: number, bytes: Uint8Array): Promise<R2UploadedPart>;
  complete(key: string, uploadId: string, parts: R2UploadedPart[]): Promise<void>;
  abort(key: string, uploadId: string): Promise<void>;
  put(key: string, bytes: Uint8Array): Promise<void>;
}

export class R2ObjectStore implements ObjectStore {
  readonly #bucket: R2Bucket;

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket;
  }

  async get(key: string): Promise<Bytes | null> {
    const object = await this.#bucket.get(key);
    return object ? new Uint8Array(await object.arrayBuffer()) : null;
  }

  async range(key: string, offset: number, length: number): Promise<Bytes | null> {
    if (length === 0) return new Uint8Array(0);
    const object = await this.#bucket.get(key, { range: { offset, length } });
    return object ? new Uint8Array(await object.arrayBuffer()) : null;
  }

  async stream(key: string): Promise<ReadableStream<Uint8Array> | null> {
    return (await this.#bucket.get(key))?.body ?? null;
  }

  async head(key: string): Promise<ObjectInfo | null> {
    const object = await this.#bucket.head(key);
    return object ? { key, size: object.size } : null;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#bucket.put(key, bytes);
  }

  writer(key: string): ObjectWriter {
    return new PartWriter(key, bucketTarget(this.#bucket));
  }

  async delete(keys: string[]): Promise<void> {
    // R2 deletes at most 1,000 keys a call.
    for (let i = 0; i < keys.length; i += 1000) await this.#bucket.delete(keys.slice(i, i + 1000));
  }

  async list(prefix: string, cursor?: string): Promise<{ objects: ObjectInfo[]; cursor: string | null }> {
    const page = await this.#bucket.list({ prefix, cursor });
    return {
      objects: page.objects.map(({ key, size }) => ({ key, size })),
      cursor: page.truncated ? page.cursor : null,
    };
  }
}

export function bucketTarget(bucket: R2Bucket): MultipartTarget {
  return {
    create: async (key) => (await bucket.createMultipartUpload(key)).uploadId,
    part: (key, uploadId, number, bytes) => bucket.resumeMultipartUpload(key, uploadId).uploadPart(number, bytes),
    complete: async (key, uploadId, parts) => {
      await bucket.resumeMultipartUpload(key, uploadId).complete(parts);
    },
    abort: (key, uploadId) => bucket.resumeMultipartUpload(key, uploadId).abort(),
    put: async (key, bytes) => {
      await bucket.put(key, bytes);
    },
  };
}

/** Collects chunks into parts of `PART_BYTES`; an object that fits one part is a single put. */
export class PartWriter implements ObjectWriter {
  readonly #key: string;
  readonly #target: MultipartTarget;
  readonly #part = new Uint8Array(PART_BYTES);
  #filled = 0;
  #size = 0;
  #uploadId: string | null = null;
  #parts: R2UploadedPart[] = [];

  constructor(key: string, target: MultipartTarget) {
    this.#key = key;
    this.#target = target;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#size += chunk.byteLength;
    for (let from = 0; from < chunk.byteLength; ) {
      if (this.#filled === PART_BYTES) await this.#flush();
      const take = Math.min(PART_BYTES - this.#filled, chunk.byteLength - from);
      this.#part.set(chunk.subarray(from, from + take), this.#filled);
      this.#filled += take;
      from += take;
    }
  }

  async close(): Promise<number> {
    if (this.#uploadId === null) {
      await this.#target.put(this.#key, this.#part.slice(0, this.#filled));
    } else {
      if (this.#filled > 0) await this.#flush();
      await this.#target.complete(this.#key, this.#uploadId, this.#parts);
    }
    return this.#size;
  }

  async abort(): Promise<void> {
    if (this.#uploadId !== null) await this.#target.abort(this.#key, this.#uploadId);
  }

  async #flush(): Promise<void> {
    this.#uploadId ??= await this.#target.create(this.#key);
    // A copy: the part's buffer is filled again while this one may still be on its way.
    const bytes = this.#part.slice(0, this.#filled);
    this.#parts.push(await this.#target.part(this.#key, this.#uploadId, this.#parts.length + 1, bytes));
    this.#filled = 0;
  }
}
