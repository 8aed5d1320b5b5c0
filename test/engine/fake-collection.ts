import type {
  FreezeRequest,
  FrozenNoise,
  FrozenPage,
  FrozenShape,
  PayloadText,
  SegmentInfo,
  StoredDocument,
  TextsRequest,
} from "../../src/documents/contract";
import { encodeSegment } from "../../src/documents/segments";
import type { ObjectStore } from "../../src/objects/object-store";

export interface FakeDocument {
  id: string;
  vector: number[] | null;
  attributes?: Record<string, unknown>;
}

interface Snapshot {
  shape: FrozenShape;
  rows: number[];
  noise: { id: string; before: number }[];
  attributes: string[];
}

/** The read side of a collection with one feature, over real segments: what the engine asks of a CollectionStore. */
export class FakeCollection {
  readonly #documents: FakeDocument[];
  readonly #dimensions: number;
  readonly #segments: SegmentInfo[] = [];
  readonly snapshots = new Map<string, Snapshot>();
  #byId: Map<string, Record<string, unknown>> | null = null;
  freezes = 0;

  constructor(documents: FakeDocument[], dimensions: number) {
    this.#documents = documents;
    this.#dimensions = dimensions;
  }

  /** Writes the vectors as segments of `rows` rows. */
  async write(objects: ObjectStore, prefix: string, rows = 700): Promise<this> {
    if (this.#dimensions === 0) return this;
    const features = [this.#feature];
    for (let from = 0; from < this.#documents.length; from += rows) {
      const part = this.#documents.slice(from, from + rows);
      const values = Float32Array.from(
        part.flatMap((one) => one.vector ?? new Array<number>(this.#dimensions).fill(0)),
      );
      const { bytes, columns } = encodeSegment(features, [values], part.length);
      const id = this.#segments.length;
      const key = `${prefix}/${id}.arrow`;
      await objects.put(key, bytes);
      this.#segments.push({ id, key, rows: part.length, bytes: bytes.byteLength, columns });
    }
    return this;
  }

  async shape(): Promise<FrozenShape> {
    const rows = this.#documents.filter((one) => this.#dimensions === 0 || one.vector).length;
    return {
      rows,
      noiseRows: 0,
      missingRows: this.#documents.length - rows,
      revision: { vectors: 1, payloads: 1 },
      features: [this.#feature],
    };
  }

  async freeze({ runId, zeroIsNoise, attributes }: FreezeRequest): Promise<FrozenShape> {
    this.freezes += 1;
    const known = this.snapshots.get(runId);
    if (known) return known.shape;
    const snapshot: Snapshot = {
      shape: {
        rows: 0,
        noiseRows: 0,
        missingRows: 0,
        revision: { vectors: 1, payloads: 1 },
        features: [this.#feature],
      },
      rows: [],
      noise: [],
      attributes,
    };
    for (const [row, document] of this.#documents.entries()) {
      if (this.#dimensions > 0 && !document.vector) snapshot.shape.missingRows += 1;
      else if (zeroIsNoise && document.vector?.every((value) => value === 0))
        snapshot.noise.push({ id: document.id, before: snapshot.rows.length });
      else snapshot.rows.push(row);
    }
    snapshot.shape.rows = snapshot.rows.length;
    snapshot.shape.noiseRows = snapshot.noise.length;
    this.snapshots.set(runId, snapshot);
    return snapshot.shape;
  }

  async frozen(runId: string, from: number, to: number): Promise<FrozenPage> {
    const snapshot = this.#snapshot(runId);
    const rows = snapshot.rows.slice(from, to);
    const size = this.#segments[0]?.rows ?? 1;
    const vectors = this.#dimensions > 0;
    return {
      documentIds: rows.map((row) => this.#documents[row]!.id),
      segments: Int32Array.from(rows, (row) => (vectors ? Math.floor(row / size) : -1)),
      segmentRows: Int32Array.from(rows, (row) => (vectors ? row % size : -1)),
      segmentInfo: this.#segments,
      attributes:
        snapshot.attributes.length > 0
          ? rows.map((row) =>
              JSON.stringify(snapshot.attributes.map((name) => this.#documents[row]!.attributes?.[name] ?? null)),
            )
          : null,
    };
  }

  async frozenNoise(runId: string, from: number, to: number): Promise<FrozenNoise> {
    const noise = this.#snapshot(runId).noise.slice(from, to);
    return { documentIds: noise.map((one) => one.id), before: Int32Array.from(noise, (one) => one.before) };
  }

  /** Of the top level of the attributes, which stand for the payload. */
  async texts({ documentIds, paths }: TextsRequest): Promise<PayloadText[][]> {
    return documentIds.map((id) =>
      Object.entries(this.#payload(id))
        .filter(([path, value]) => typeof value === "string" && (paths?.includes(path) ?? true))
        .map(([path, value]): PayloadText => ({ path, text: value as string })),
    );
  }

  async payloads(documentIds: string[]): Promise<(string | null)[]> {
    return documentIds.map((id) => JSON.stringify(this.#payload(id)));
  }

  #payload(documentId: string): Record<string, unknown> {
    this.#byId ??= new Map(this.#documents.map((one) => [one.id, one.attributes ?? {}]));
    return this.#byId.get(documentId) ?? {};
  }

  async get(documentId: string, returnVectors: boolean): Promise<StoredDocument | null> {
    const document = this.#documents.find(({ id }) => id === documentId);
    if (!document) return null;
    const { attributes = {}, vector } = document;
    const vectors = returnVectors && vector ? { vectors: { [this.#feature.name]: vector } } : {};
    return { documentId, payload: attributes, features: [], createdAt: "", updatedAt: "", ...vectors };
  }

  async release(runId: string): Promise<void> {
    this.snapshots.delete(runId);
  }

  get #feature() {
    return { uri: "mixpeek://passthrough@v1/pixels", name: "pixels", dimensions: this.#dimensions };
  }

  #snapshot(runId: string): Snapshot {
    const snapshot = this.snapshots.get(runId);
    if (!snapshot) throw new Error(`no snapshot of ${runId}`);
    return snapshot;
  }
}
