/** The rows of members.parquet: clustered rows and noise in the snapshot's order, collection after collection. */
import type { MemberBatch } from "../../artifacts";
import { NOISE_ID } from "../../domain/ids";
import type { Bounds } from "../../domain/run/results";
import type { TaskContext } from "../context";
import { readIds } from "./ids";

const BATCH_ROWS = 8_192;

interface RowArray {
  name: string;
  bounds: Bounds;
}

/** Where the run's row arrays lie, and what cluster a row belongs to. */
export interface MemberSource {
  bounds: Bounds;
  distances: RowArray | null;
  probabilities: RowArray | null;
  outlierScores: RowArray | null;
  coordinates: Bounds | null;
  components: 0 | 2 | 3;
  /** Cluster ids and labels of rows [from, to). */
  clusters(from: number, to: number): Promise<{ id: string; label: string | null }[]>;
}

/** What is noted while the members go by, so that no row is read twice. */
export interface Noted {
  /** Ids of the rows that are its keys. */
  ids: Map<number, string>;
  /** For every row of the run its row in the table, where somebody wants to know. */
  places: Uint32Array | null;
}

/** Batches of members. */
export async function* memberBatches(
  context: TaskContext,
  source: MemberSource,
  noted: Noted,
): AsyncGenerator<MemberBatch> {
  let start = 0;
  let place = 0;
  for (const [i, { collectionId }] of context.spec.collections.entries()) {
    const rows = context.plan.shape.perCollection[i] ?? 0;
    const noise = new NoiseReader(context, collectionId);
    for (let from = 0; from < rows; from += BATCH_ROWS) {
      const to = Math.min(from + BATCH_ROWS, rows);
      const batch = new Batch(collectionId, source.components);
      const clustered = await readMembers(context, source, start + from, start + to);
      for (let row = from; row < to; row++) {
        for (let id = await noise.before(row); id !== null; id = await noise.before(row)) {
          batch.pushNoise(id);
          place += 1;
        }
        batch.push(clustered, row - from);
        if (noted.ids.has(start + row)) noted.ids.set(start + row, clustered.ids[row - from]!);
        if (noted.places) noted.places[start + row] = place;
        place += 1;
        if (batch.rows >= BATCH_ROWS) yield batch.take();
      }
      if (batch.rows > 0) yield batch.take();
      context.pulse.beat({ done: start + to, total: context.plan.shape.rows });
    }
    const tail = new Batch(collectionId, source.components);
    for (let id = await noise.before(rows); id !== null; id = await noise.before(rows)) {
      tail.pushNoise(id);
      place += 1;
      if (tail.rows >= BATCH_ROWS) yield tail.take();
    }
    if (tail.rows > 0) yield tail.take();
    start += rows;
  }
}

interface Members {
  ids: string[];
  clusters: { id: string; label: string | null }[];
  distances: Float32Array | null;
  probabilities: Float32Array | null;
  outlierScores: Float32Array | null;
  coordinates: Float32Array | null;
}

async function readMembers({ scratch }: TaskContext, source: MemberSource, from: number, to: number): Promise<Members> {
  const { distances, probabilities, outlierScores, coordinates, components } = source;
  const floats = async (name: string, bounds: Bounds, width: number) => {
    const bytes = await scratch.rows(name, bounds, 4 * width, from, to);
    return new Float32Array(bytes.buffer, bytes.byteOffset, (to - from) * width);
  };
  const column = (array: RowArray | null) => (array ? floats(array.name, array.bounds, 1) : null);
  const [ids, clusters, own, strengths, scores, points] = await Promise.all([
    readIds(scratch, source.bounds, from, to),
    source.clusters(from, to),
    column(distances),
    column(probabilities),
    column(outlierScores),
    coordinates ? floats("coordinates", coordinates, components) : null,
  ]);
  return {
    ids,
    clusters,
    distances: own,
    probabilities: strengths,
    outlierScores: scores,
    coordinates: points,
  };
}

/** A member batch in the making. */
class Batch {
  readonly #collectionId: string;
  readonly #components: 0 | 2 | 3;
  #ids: string[] = [];
  #clusterIds: string[] = [];
  #labels: (string | null)[] = [];
  #distances: number[] = [];
  #probabilities: number[] = [];
  #outlierScores: number[] = [];
  #coordinates: number[] = [];

  constructor(collectionId: string, components: 0 | 2 | 3) {
    this.#collectionId = collectionId;
    this.#components = components;
  }

  get rows(): number {
    return this.#ids.length;
  }

  push({ ids, clusters, distances, probabilities, outlierScores, coordinates }: Members, i: number): void {
    this.#ids.push(ids[i]!);
    this.#clusterIds.push(clusters[i]!.id);
    this.#labels.push(clusters[i]!.label);
    // What belongs to no cluster has no centroid to be distant from.
    this.#distances.push(distances && clusters[i]!.id !== NOISE_ID ? distances[i]! : Number.NaN);
    this.#probabilities.push(probabilities ? probabilities[i]! : Number.NaN);
    this.#outlierScores.push(outlierScores ? outlierScores[i]! : Number.NaN);
    for (let c = 0; c < this.#components; c++)
      this.#coordinates.push(coordinates ? coordinates[i * this.#components + c]! : Number.NaN);
  }

  pushNoise(id: string): void {
    this.#ids.push(id);
    this.#clusterIds.push(NOISE_ID);
    this.#labels.push(null);
    this.#distances.push(Number.NaN);
    this.#probabilities.push(Number.NaN);
    this.#outlierScores.push(Number.NaN);
    for (let c = 0; c < this.#components; c++) this.#coordinates.push(Number.NaN);
  }

  take(): MemberBatch {
    const batch: MemberBatch = {
      documentIds: this.#ids,
      collectionId: this.#collectionId,
      clusterIds: this.#clusterIds,
      clusterLabels: this.#labels,
      distances: Float32Array.from(this.#distances),
      components: this.#components,
      coordinates: Float32Array.from(this.#coordinates),
      probabilities: Float32Array.from(this.#probabilities),
      outlierScores: Float32Array.from(this.#outlierScores),
    };
    this.#ids = [];
    this.#clusterIds = [];
    this.#labels = [];
    this.#distances = [];
    this.#probabilities = [];
    this.#outlierScores = [];
    this.#coordinates = [];
    return batch;
  }
}

/** Noise rows of one collection, page by page, in order. */
class NoiseReader {
  readonly #context: TaskContext;
  readonly #collectionId: string;
  #ids: string[] = [];
  #before: Int32Array = new Int32Array();
  #at = 0;
  #fetched = 0;
  #ended: boolean;

  constructor(context: TaskContext, collectionId: string) {
    this.#context = context;
    this.#collectionId = collectionId;
    this.#ended = context.plan.shape.noiseRows === 0;
  }

  /** The next noise row that stands before the given clustered row, or null. */
  async before(row: number): Promise<string | null> {
    if (this.#at === this.#ids.length && !this.#ended) await this.#fetch();
    if (this.#at === this.#ids.length || this.#before[this.#at]! > row) return null;
    this.#at += 1;
    return this.#ids[this.#at - 1]!;
  }

  async #fetch(): Promise<void> {
    const { spec } = this.#context;
    const page = await this.#context
      .collection(this.#collectionId)
      .frozenNoise(spec.runId, this.#fetched, this.#fetched + BATCH_ROWS);
    this.#ids = page.documentIds;
    this.#before = page.before;
    this.#at = 0;
    this.#fetched += page.documentIds.length;
    this.#ended = page.documentIds.length < BATCH_ROWS;
  }
}
