/** Document ids of a piece of rows: `ids.offsets` has rows + 1 uint32 offsets into `ids.values`, which is UTF-8. */
import type { Bounds } from "../../domain/run/results";
import { overlapping, pieceName, type Scratch } from "../scratch";

/** Collects the ids of one piece. */
export class IdColumn {
  readonly #encoder = new TextEncoder();
  readonly #offsets: Uint32Array<ArrayBuffer>;
  #values = new Uint8Array(1 << 16);
  #rows = 0;
  #length = 0;

  constructor(rows: number) {
    this.#offsets = new Uint32Array(rows + 1);
  }

  push(ids: string[]): void {
    for (const id of ids) {
      // A UTF-16 unit takes at most three bytes of UTF-8.
      if (this.#length + 3 * id.length > this.#values.length) this.#grow(3 * id.length);
      this.#length += this.#encoder.encodeInto(id, this.#values.subarray(this.#length)).written;
      this.#rows += 1;
      this.#offsets[this.#rows] = this.#length;
    }
  }

  put(scratch: Scratch, span: { from: number; to: number }): void {
    scratch.put(pieceName("ids.offsets", span.from, span.to), this.#offsets);
    scratch.put(pieceName("ids.values", span.from, span.to), this.#values.slice(0, this.#length));
  }

  #grow(atLeast: number): void {
    const grown = new Uint8Array(Math.max(2 * this.#values.length, this.#length + atLeast));
    grown.set(this.#values.subarray(0, this.#length));
    this.#values = grown;
  }
}

/** Ids of rows [from, to). */
export async function readIds(scratch: Scratch, bounds: Bounds, from: number, to: number): Promise<string[]> {
  const ids: string[] = [];
  const decoder = new TextDecoder();
  for (const { piece, start, end } of overlapping(bounds, from, to)) {
    const name = pieceName("ids.offsets", piece.from, piece.to);
    const head = await scratch.range(name, 4 * (start - piece.from), 4 * (end - start + 1));
    const offsets = new Uint32Array(head.slice().buffer);
    const first = offsets[0]!;
    const length = offsets[end - start]! - first;
    const values = await scratch.range(pieceName("ids.values", piece.from, piece.to), first, length);
    for (let i = 0; i < end - start; i++)
      ids.push(decoder.decode(values.subarray(offsets[i]! - first, offsets[i + 1]! - first)));
  }
  return ids;
}
