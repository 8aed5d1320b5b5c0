/**
 * A run's intermediate results: typed arrays under names, in the object store's scratch prefix. A name and the bytes under
 * it belong together for ever (tasks are deterministic), so what this isolate wrote or read may be answered from memory.
 */
import type { Bounds } from "../domain/run/results";
import type { Bytes, ObjectStore } from "../objects/object-store";

const MEMORY_BYTES = 8 * 1024 * 1024;
const LARGEST_KEPT = 2 * 1024 * 1024;

/** What this isolate remembers of the current run's scratch; oldest first out. */
export class ScratchMemory {
  readonly #kept = new Map<string, Bytes>();
  #bytes = 0;

  get(key: string): Bytes | undefined {
    return this.#kept.get(key);
  }

  keep(key: string, bytes: Bytes): void {
    if (bytes.byteLength > LARGEST_KEPT || this.#kept.has(key)) return;
    this.#kept.set(key, bytes);
    this.#bytes += bytes.byteLength;
    for (const [oldest, old] of this.#kept) {
      if (this.#bytes <= MEMORY_BYTES) break;
      this.#kept.delete(oldest);
      this.#bytes -= old.byteLength;
    }
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }
}

export class Scratch {
  readonly objects: ObjectStore;
  readonly #prefix: string;
  readonly #memory: ScratchMemory;
  #writes: Promise<void>[] = [];

  constructor(objects: ObjectStore, prefix: string, memory: ScratchMemory) {
    this.objects = objects;
    this.#prefix = prefix;
    this.#memory = memory;
  }

  /** The same store below a further prefix; what is put there is waited for here. */
  below(prefix: string): Scratch {
    const scratch = new Scratch(this.objects, this.#prefix + prefix, this.#memory);
    scratch.#writes = this.#writes;
    return scratch;
  }

  key(name: string): string {
    return this.#prefix + name;
  }

  /** Takes the array over and starts writing it; `settle` waits until it is durable. */
  put(name: string, values: ArrayBufferView<ArrayBuffer>): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#memory.keep(this.key(name), bytes);
    const write = this.objects.put(this.key(name), bytes);
    // Waited for in `settle`; until then a failure must not count as unhandled.
    write.catch(() => undefined);
    this.#writes.push(write);
  }

  /** Waits for every write of this task. */
  async settle(): Promise<void> {
    // The array is shared with the scratches below.
    await Promise.all(this.#writes.splice(0));
  }

  async bytes(name: string): Promise<Bytes> {
    const key = this.key(name);
    const known = this.#memory.get(key);
    if (known) return known;
    const bytes = await this.objects.get(key);
    if (!bytes) throw new MissingScratch(key);
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
    this.#memory.keep(key, aligned);
    return aligned;
  }

  async floats(name: string): Promise<Float32Array<ArrayBuffer>> {
    const bytes = await this.bytes(name);
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }

  async doubles(name: string): Promise<Float64Array<ArrayBuffer>> {
    const bytes = await this.bytes(name);
    return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  }

  async ints(name: string): Promise<Int32Array<ArrayBuffer>> {
    const bytes = await this.bytes(name);
    return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }

  async range(name: string, offset: number, length: number): Promise<Bytes> {
    const key = this.key(name);
    const known = this.#memory.get(key);
    if (known) return known.slice(offset, offset + length);
    const bytes = await this.objects.range(key, offset, length);
    if (!bytes || bytes.byteLength !== length) throw new MissingScratch(key);
    return bytes;
  }

  /** Rows [from, to) of a row-sharded array of `rowBytes` a row, from as many pieces as they lie in. */
  async rows(name: string, bounds: Bounds, rowBytes: number, from: number, to: number): Promise<Bytes> {
    const parts = overlapping(bounds, from, to);
    const read = ({ piece, start, end }: Overlap) =>
      this.range(pieceName(name, piece.from, piece.to), (start - piece.from) * rowBytes, (end - start) * rowBytes);
    if (parts.length === 1) return aligned(await read(parts[0]!));
    const rows = new Uint8Array((to - from) * rowBytes);
    for (const part of parts) rows.set(await read(part), (part.start - from) * rowBytes);
    return rows;
  }
}

/** A scratch object that should exist does not (yet): the store, or a run that has ended meanwhile. */
export class MissingScratch extends Error {
  constructor(key: string) {
    super(`scratch object ${key} is missing`);
  }
}

const aligned = (bytes: Bytes): Bytes => (bytes.byteOffset % 8 === 0 ? bytes : bytes.slice());

export const pieceName = (name: string, from: number, to: number): string => `${name}/${from}-${to}`;

/** The bounds of adjoining spans. */
export function boundsOf(spans: { from: number; to: number }[]): Bounds {
  return [...spans.map((span) => span.from), spans.at(-1)?.to ?? 0];
}

interface Overlap {
  piece: { from: number; to: number };
  start: number;
  end: number;
}

/** The pieces that rows [from, to) lie in, with the rows of each. */
export function overlapping(bounds: Bounds, from: number, to: number): Overlap[] {
  const found: Overlap[] = [];
  for (let i = 0; i + 1 < bounds.length; i++) {
    const piece = { from: bounds[i]!, to: bounds[i + 1]! };
    const start = Math.max(from, piece.from);
    const end = Math.min(to, piece.to);
    if (start < end) found.push({ piece, start, end });
  }
  return found;
}
