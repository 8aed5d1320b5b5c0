/** An object store in a folder: what it holds is in no process's memory, and a range is a read of the file. */
import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Bytes, ObjectInfo, ObjectStore, ObjectWriter } from "../../../src/objects/object-store";
import { PartWriter } from "../../../src/objects/r2";

export class DiskObjectStore implements ObjectStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(key: string): Promise<Bytes | null> {
    const info = await this.head(key);
    return info && this.range(key, 0, info.size);
  }

  async range(key: string, offset: number, length: number): Promise<Bytes | null> {
    const file = await orNull(open(this.#path(key)));
    if (!file) return null;
    try {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return bytesRead === length ? bytes : bytes.slice(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async stream(key: string): Promise<ReadableStream<Uint8Array> | null> {
    const file = await orNull(open(this.#path(key)));
    return file && (file.readableWebStream({ autoClose: true }) as unknown as ReadableStream<Uint8Array>);
  }

  async head(key: string): Promise<ObjectInfo | null> {
    const info = await orNull(stat(this.#path(key)));
    return info && { key, size: info.size };
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await mkdir(dirname(this.#path(key)), { recursive: true });
    await writeFile(this.#path(key), bytes);
  }

  /** The writer that the bucket has, with its parts; they lie in a file beside until the object is complete. */
  writer(key: string): ObjectWriter {
    const path = this.#path(key);
    const unfinished = `${path}.parts`;
    return new PartWriter(key, {
      create: async () => {
        await this.put(`${key}.parts`, new Uint8Array(0));
        return unfinished;
      },
      part: async (_key, _upload, partNumber, bytes) => {
        await writeFile(unfinished, bytes, { flag: "a" });
        return { partNumber, etag: String(partNumber) };
      },
      complete: () => rename(unfinished, path),
      abort: () => rm(unfinished),
      put: (name, bytes) => this.put(name, bytes),
    });
  }

  async delete(keys: string[]): Promise<void> {
    for (const key of keys) await rm(this.#path(key), { force: true });
  }

  /** All in one page. */
  async list(prefix: string): Promise<{ objects: ObjectInfo[]; cursor: null }> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true });
    const keys = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.#folder, join(entry.parentPath, entry.name)))
      .filter((key) => key.startsWith(prefix))
      .sort();
    const objects = await Promise.all(keys.map((key) => this.head(key)));
    return { objects: objects.filter((info) => info !== null), cursor: null };
  }

  #path(key: string): string {
    return join(this.#folder, key);
  }
}

/** The promise's value, or null where there is no such file. */
async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
