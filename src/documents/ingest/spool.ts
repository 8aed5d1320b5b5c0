/** Input that is too large for memory: kept in the object store while it is read by ranges, deleted afterwards. */
import { ShoalError } from "../../domain/errors";
import type { Bytes, ObjectStore } from "../../objects/object-store";

/** Of the 6 connections that a Worker may have, the importer's own put and RPC need two. */
const MAX_READS = 4;

export class Spool {
  readonly key: string;
  readonly bytes: number;
  readonly #objects: ObjectStore;
  #reading = 0;
  readonly #waiting: (() => void)[] = [];

  private constructor(objects: ObjectStore, key: string, bytes: number) {
    this.#objects = objects;
    this.key = key;
    this.bytes = bytes;
  }

  static async write(objects: ObjectStore, key: string, chunks: AsyncIterable<Uint8Array>): Promise<Spool> {
    const writer = objects.writer(key);
    try {
      for await (const chunk of chunks) await writer.write(chunk);
      return new Spool(objects, key, await writer.close());
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  /** `length` bytes from `offset`, which must lie within; at most four reads are under way, others wait. */
  async read(offset: number, length: number): Promise<Bytes> {
    if (length === 0) return new Uint8Array(0);
    while (this.#reading === MAX_READS) await new Promise<void>((resume) => this.#waiting.push(resume));
    this.#reading += 1;
    try {
      const bytes = await this.#objects.range(this.key, offset, length);
      if (bytes?.byteLength !== length) throw new ShoalError("internal_error", `The upload ${this.key} is gone.`);
      return bytes;
    } finally {
      this.#reading -= 1;
      this.#waiting.shift()?.();
    }
  }

  delete(): Promise<void> {
    return this.#objects.delete([this.key]);
  }
}
