/** A buffer that grows, for a piece of input that spans chunks of a stream; what exceeds the limit is only counted. */
export class ByteCollector {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  append(chunk: Uint8Array): void {
    const length = this.#length + chunk.byteLength;
    if (length <= this.#limit) {
      if (length > this.#bytes.byteLength) {
        const grown = new Uint8Array(Math.min(this.#limit, Math.max(length, 2 * this.#bytes.byteLength)));
        grown.set(this.#bytes.subarray(0, this.#length));
        this.#bytes = grown;
      }
      this.#bytes.set(chunk, this.#length);
    }
    this.#length = length;
  }

  /** What was collected, valid until the next append, or null when it exceeded the limit. Starts anew. */
  take(): Uint8Array | null {
    const length = this.#length;
    this.#length = 0;
    return length > this.#limit ? null : this.#bytes.subarray(0, length);
  }
}

/** The chunks of a stream; the stream is cancelled when the loop is left early. */
export async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        ended = true;
        return;
      }
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}
