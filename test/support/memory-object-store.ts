import type { Bytes, ObjectInfo, ObjectStore, ObjectWriter } from "../../src/objects/object-store";

export interface StoreRequest {
  operation: "get" | "range" | "stream" | "head" | "put" | "close" | "delete" | "list";
  key: string;
  bytes: number;
}

const PAGE = 1000;
const STREAM_CHUNK = 64 * 1024;

/**
 * An object store in memory that behaves like R2: objects are copied in and out, a written object appears only when its
 * writer is closed, listings are sorted and paged. `requests` records every call, `peak` the most requests open at once.
 */
export class MemoryObjectStore implements ObjectStore {
  readonly objects = new Map<string, Bytes>();
  readonly requests: StoreRequest[] = [];
  peak = 0;
  #open = 0;
  #failure: ((request: StoreRequest) => Error | null) | null = null;

  /** Makes requests fail: the function sees each request before it is served and returns the error to throw, or null. */
  failWhen(failure: ((request: StoreRequest) => Error | null) | null): void {
    this.#failure = failure;
  }

  get keys(): string[] {
    return [...this.objects.keys()].sort();
  }

  get(key: string): Promise<Bytes | null> {
    return this.#serve("get", key, this.objects.get(key)?.byteLength ?? 0, () => copy(this.objects.get(key)));
  }

  range(key: string, offset: number, length: number): Promise<Bytes | null> {
    return this.#serve("range", key, length, () => copy(this.objects.get(key)?.subarray(offset, offset + length)));
  }

  stream(key: string): Promise<ReadableStream<Uint8Array> | null> {
    return this.#serve("stream", key, this.objects.get(key)?.byteLength ?? 0, () => {
      const bytes = copy(this.objects.get(key));
      return bytes && chunkStream(bytes, STREAM_CHUNK);
    });
  }

  head(key: string): Promise<ObjectInfo | null> {
    return this.#serve("head", key, 0, () => {
      const bytes = this.objects.get(key);
      return bytes ? { key, size: bytes.byteLength } : null;
    });
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#serve("put", key, bytes.byteLength, () => {
      this.objects.set(key, new Uint8Array(bytes));
    });
  }

  writer(key: string): ObjectWriter {
    const chunks: Uint8Array[] = [];
    let size = 0;
    return {
      write: async (chunk) => {
        chunks.push(new Uint8Array(chunk));
        size += chunk.byteLength;
      },
      close: () =>
        this.#serve("close", key, size, () => {
          const whole = new Uint8Array(size);
          let at = 0;
          for (const chunk of chunks) {
            whole.set(chunk, at);
            at += chunk.byteLength;
          }
          this.objects.set(key, whole);
          return size;
        }),
      abort: async () => {
        chunks.length = 0;
      },
    };
  }

  async delete(keys: string[]): Promise<void> {
    for (const key of keys) await this.#serve("delete", key, 0, () => void this.objects.delete(key));
  }

  list(prefix: string, cursor?: string): Promise<{ objects: ObjectInfo[]; cursor: string | null }> {
    return this.#serve("list", prefix, 0, () => {
      const matching = this.keys.filter((key) => key.startsWith(prefix) && (cursor === undefined || key > cursor));
      const page = matching.slice(0, PAGE);
      return {
        objects: page.map((key) => ({ key, size: this.objects.get(key)!.byteLength })),
        cursor: matching.length > PAGE ? page.at(-1)! : null,
      };
    });
  }

  async #serve<T>(operation: StoreRequest["operation"], key: string, bytes: number, answer: () => T): Promise<T> {
    const request = { operation, key, bytes };
    this.requests.push(request);
    this.#open += 1;
    this.peak = Math.max(this.peak, this.#open);
    try {
      // A turn of the event loop, so that requests made together are seen to overlap.
      await Promise.resolve();
      const error = this.#failure?.(request);
      if (error) throw error;
      return answer();
    } finally {
      this.#open -= 1;
    }
  }
}

/** The bytes as a stream of chunks of the given size. */
export function chunkStream(bytes: Uint8Array, chunkBytes: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.byteLength) return controller.close();
      controller.enqueue(bytes.slice(at, at + chunkBytes));
      at += chunkBytes;
    },
  });
}

const copy = (bytes: Uint8Array | undefined): Bytes | null => (bytes ? new Uint8Array(bytes) : null);
