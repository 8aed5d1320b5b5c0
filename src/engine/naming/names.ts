/** What the clusters of a run are called: by the stage that named them last, and where nothing did, by their ids. */
import type { CentroidRow, HierarchyRow, MemberBatch } from "../../artifacts";
import type { StageResults } from "../../domain/run/results";
import type { ClusterName } from "../../domain/run/types";
import { plainLabel } from "../../labeling/labels";
import type { Scratch } from "../scratch";
import { getJson, putJson } from "../stages/json";

/** A document that stands for a cluster. */
export interface Sample {
  collectionId: string;
  documentId: string;
}

export class ClusterNames {
  readonly #names: ReadonlyMap<string, ClusterName>;

  constructor(names: ReadonlyMap<string, ClusterName>) {
    this.#names = names;
  }

  of(clusterId: string): ClusterName {
    return this.#names.get(clusterId) ?? { label: plainLabel(clusterId), summary: null, keywords: [], extra: null };
  }

  /** The rows with their labels; noise has none. */
  members(batch: MemberBatch): MemberBatch {
    return { ...batch, clusterLabels: batch.clusterIds.map((id) => this.#names.get(id)?.label ?? null) };
  }

  centroid(row: CentroidRow): CentroidRow {
    const { label, summary, keywords } = this.of(row.clusterId);
    return { ...row, label, summary, keywords };
  }

  hierarchy(row: HierarchyRow): HierarchyRow {
    return { ...row, label: this.of(row.clusterId).label };
  }
}

/** Of the stage `naming` where the plan has one, else of `keywords`. */
export async function clusterNames(context: { scratch: Scratch; results: StageResults }): Promise<ClusterNames> {
  const { scratch, results } = context;
  const named = results.naming ?? results.keywords;
  return new ClusterNames(named ? new Map(Object.entries(await readNames(scratch, named.names))) : new Map());
}

export const readNames = (scratch: Scratch, name: string): Promise<Record<string, ClusterName>> =>
  getJson<Record<string, ClusterName>>(scratch, name);

export const putNames = (scratch: Scratch, name: string, names: ReadonlyMap<string, ClusterName>): void =>
  putJson(scratch, name, Object.fromEntries(names));

/** Samples of every cluster, those that say most first; null where the run was not asked to find any. */
export async function clusterSamples(context: {
  scratch: Scratch;
  results: StageResults;
}): Promise<Record<string, Sample[]> | null> {
  const { scratch, results } = context;
  const name = results.keywords?.samples;
  return name ? getJson<Record<string, Sample[]>>(scratch, name) : null;
}

/** Bytes of names that a run's record holds, in a row of 2 MB with the plan and the results. */
const NAMES_BYTES = 400_000;

/** Names of the first clusters, as many as the record holds. */
export function recordedNames(names: ClusterNames, clusterIds: string[]): ClusterName[] {
  const kept: ClusterName[] = [];
  let characters = 0;
  for (const id of clusterIds) {
    const name = names.of(id);
    // At most three bytes of UTF-8 a UTF-16 unit.
    characters += 3 * JSON.stringify(name).length;
    if (characters > NAMES_BYTES) break;
    kept.push(name);
  }
  return kept;
}
