/** A collection whose vectors are segments in an object store, and of which a process holds but their list. */
import type {
  FrozenNoise,
  FrozenPage,
  FrozenShape,
  PayloadText,
  SegmentInfo,
  TextsRequest,
} from "../../../src/documents/contract";
import { encodeSegment, segmentCapacity } from "../../../src/documents/segments";
import type { ObjectStore } from "../../../src/objects/object-store";

export const COLLECTION_ID = "col_memory";
export const FEATURE = { uri: "mixpeek://passthrough@v1/v", name: "v" };
const INDEX = "documents/segments.json";

interface Index {
  rows: number;
  dimensions: number;
  segments: SegmentInfo[];
}

/** Writes the rows as segments of the size that an import makes, and their list. */
export async function writeCollection(
  objects: ObjectStore,
  { values, rows, dimensions }: { values: Float32Array; rows: number; dimensions: number },
): Promise<void> {
  const features = [{ ...FEATURE, dimensions }];
  const capacity = segmentCapacity(features);
  const segments: SegmentInfo[] = [];
  for (let from = 0; from < rows; from += capacity) {
    const count = Math.min(capacity, rows - from);
    const part = values.subarray(from * dimensions, (from + count) * dimensions);
    const { bytes, columns } = encodeSegment(features, [part], count);
    const id = segments.length;
    const key = `documents/${id}.arrow`;
    await objects.put(key, bytes);
    segments.push({ id, key, rows: count, bytes: bytes.byteLength, columns });
  }
  const index: Index = { rows, dimensions, segments };
  await objects.put(INDEX, new TextEncoder().encode(JSON.stringify(index)));
}

/** What the engine asks of a CollectionStore: all rows belong to every snapshot, in the order of the segments. */
export class WrittenCollection {
  readonly index: Index;

  private constructor(index: Index) {
    this.index = index;
  }

  static async open(objects: ObjectStore): Promise<WrittenCollection> {
    return new WrittenCollection(JSON.parse(new TextDecoder().decode((await objects.get(INDEX))!)));
  }

  async shape(): Promise<FrozenShape> {
    const { rows, dimensions } = this.index;
    return {
      rows,
      noiseRows: 0,
      missingRows: 0,
      revision: { vectors: 1, payloads: 1 },
      features: [{ ...FEATURE, dimensions }],
    };
  }

  freeze(): Promise<FrozenShape> {
    return this.shape();
  }

  async frozen(_runId: string, from: number, to: number): Promise<FrozenPage> {
    const capacity = this.index.segments[0]!.rows;
    const rows = Array.from({ length: Math.min(to, this.index.rows) - from }, (_, i) => from + i);
    const segments = Int32Array.from(rows, (row) => Math.floor(row / capacity));
    return {
      documentIds: rows.map((row) => `doc_${String(row).padStart(8, "0")}`),
      segments,
      segmentRows: Int32Array.from(rows, (row) => row % capacity),
      segmentInfo: this.index.segments.filter(({ id }) => segments.includes(id)),
      attributes: null,
    };
  }

  async frozenNoise(): Promise<FrozenNoise> {
    return { documentIds: [], before: new Int32Array(0) };
  }

  async texts({ documentIds }: TextsRequest): Promise<PayloadText[][]> {
    return documentIds.map(() => []);
  }

  async payloads(documentIds: string[]): Promise<(string | null)[]> {
    return documentIds.map(() => "{}");
  }

  async get(): Promise<null> {
    return null;
  }

  async release(): Promise<void> {}
}
