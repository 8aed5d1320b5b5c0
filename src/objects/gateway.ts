import { WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "../env";
import type { Bytes, ObjectInfo, ObjectStore, ObjectWriter } from "./object-store";
import { bucketTarget, PartWriter, R2ObjectStore } from "./r2";

/**
 * The API's bucket, offered to the compute Worker over a service binding. Used only by the local server, where two
 * processes that write one R2 state lose writes; a deployed consumer has its own R2 binding.
 */
export class ObjectGateway extends WorkerEntrypoint<Env> {
  get #store() {
    return new R2ObjectStore(this.env.DATA);
  }
  get #target() {
    return bucketTarget(this.env.DATA);
  }

  get(key: string): Promise<Bytes | null> {
    return this.#store.get(key);
  }
  range(key: string, offset: number, length: number): Promise<Bytes | null> {
    return this.#store.range(key, offset, length);
  }
  stream(key: string): Promise<ReadableStream<Uint8Array> | null> {
    return this.#store.stream(key);
  }
  head(key: string): Promise<ObjectInfo | null> {
    return this.#store.head(key);
  }
  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#store.put(key, bytes);
  }
  delete(keys: string[]): Promise<void> {
    return this.#store.delete(keys);
  }
  list(prefix: string, cursor?: string): Promise<{ objects: ObjectInfo[]; cursor: string | null }> {
    return this.#store.list(prefix, cursor);
  }
  createUpload(key: string): Promise<string> {
    return this.#target.create(key);
  }
  async uploadPart(key: string, uploadId: string, number: number, bytes: Uint8Array): Promise<R2UploadedPart> {
    const { partNumber, etag } = await this.#target.part(key, uploadId, number, bytes);
    return { partNumber, etag };
  }
  completeUpload(key: string, uploadId: string, parts: R2UploadedPart[]): Promise<void> {
    return this.#target.complete(key, uploadId, parts);
  }
  abortUpload(key: string, uploadId: string): Promise<void> {
    return this.#target.abort(key, uploadId);
  }
}

/** The caller's side of `ObjectGateway`. */
export class RemoteObjectStore implements ObjectStore {
  readonly #gateway: Service<typeof ObjectGateway>;

  constructor(gateway: Service<typeof ObjectGateway>) {
    this.#gateway = gateway;
  }

  async get(key: string): Promise<Bytes | null> {
    return await this.#gateway.get(key);
  }
  async range(key: string, offset: number, length: number): Promise<Bytes | null> {
    return await this.#gateway.range(key, offset, length);
  }
  async stream(key: string): Promise<ReadableStream<Uint8Array> | null> {
    return await this.#gateway.stream(key);
  }
  async head(key: string): Promise<ObjectInfo | null> {
    return await this.#gateway.head(key);
  }
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#gateway.put(key, bytes);
  }
  async delete(keys: string[]): Promise<void> {
    await this.#gateway.delete(keys);
  }
  async list(prefix: string, cursor?: string): Promise<{ objects: ObjectInfo[]; cursor: string | null }> {
    return await this.#gateway.list(prefix, cursor);
  }
  writer(key: string): ObjectWriter {
    const gateway = this.#gateway;
    return new PartWriter(key, {
      create: async (at) => await gateway.createUpload(at),
      part: async (at, uploadId, number, bytes) => await gateway.uploadPart(at, uploadId, number, bytes),
      complete: async (at, uploadId, parts) => await gateway.completeUpload(at, uploadId, parts),
      abort: async (at, uploadId) => await gateway.abortUpload(at, uploadId),
      put: async (at, bytes) => await gateway.put(at, bytes),
    });
  }
}
