/** Collections of sparse vectors for whole runs. */
import type { CollectionFeature, SegmentInfo } from "../../../src/documents/contract";
import { type ColumnValues, encodeSegment } from "../../../src/documents/segments";
import { FakeCollection } from "../fake-collection";
import type { World } from "../harness";

export type Entries = [index: number, value: number][];

export interface DenseBlock {
  feature: CollectionFeature;
  rows: number[][];
}

/** A collection whose documents have one sparse vector each, and a dense one where it is given, over real segments of `segmentRows` rows. */
export class SparseCollection extends FakeCollection {
  readonly #rows: Entries[];
  readonly #feature: CollectionFeature;
  readonly #infos: SegmentInfo[] = [];
  readonly #segmentRows: number;
  readonly #dense: DenseBlock | null;

  constructor(rows: Entries[], feature: CollectionFeature, segmentRows = 37, dense: DenseBlock | null = null) {
    super(
      rows.map((_, i) => ({ id: `d${i}`, vector: [1] })),
      1,
    );
    this.#rows = rows;
    this.#feature = feature;
    this.#segmentRows = segmentRows;
    this.#dense = dense;
  }

  async store(world: World, prefix: string): Promise<void> {
    for (let from = 0; from < this.#rows.length; from += this.#segmentRows) {
      const part = this.#rows.slice(from, from + this.#segmentRows);
      const offsets = new Int32Array(part.length + 1);
      part.forEach((row, i) => {
        offsets[i + 1] = offsets[i]! + row.length;
      });
      const indices = Uint32Array.from(part.flat(), ([index]) => index);
      const values = Float32Array.from(part.flat(), ([, value]) => value);
      const features = [this.#feature];
      const blocks: ColumnValues[] = [{ offsets, indices, values }];
      if (this.#dense) {
        features.push(this.#dense.feature);
        blocks.push(Float32Array.from(this.#dense.rows.slice(from, from + part.length).flat()));
      }
      const { bytes, columns } = encodeSegment(features, blocks, part.length);
      const key = `${prefix}/${this.#infos.length}.arrow`;
      await world.objects.put(key, bytes);
      this.#infos.push({ id: this.#infos.length, key, rows: part.length, bytes: bytes.byteLength, columns });
    }
  }

  override async frozen(runId: string, from: number, to: number) {
    const page = await super.frozen(runId, from, to);
    const rows = page.documentIds.map((id) => Number(id.slice(1)));
    return {
      ...page,
      segments: Int32Array.from(rows, (row) => Math.floor(row / this.#segmentRows)),
      segmentRows: Int32Array.from(rows, (row) => row % this.#segmentRows),
      segmentInfo: this.#infos,
    };
  }
}

/** Rows of six words of one of four topics, and two of any. */
export const topics = (rows: number): Entries[] =>
  Array.from({ length: rows }, (_, row) => {
    const topic = row % 4;
    const found = new Map<number, number>();
    for (let entry = 0; entry < 8; entry++) {
      const index = entry < 6 ? topic * 10 + ((row * 7 + entry * 3) % 10) : (row * 13 + entry * 5) % 40;
      found.set(index, (found.get(index) ?? 0) + 1);
    }
    return [...found].sort(([a], [b]) => a - b);
  });
