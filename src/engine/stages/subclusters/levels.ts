/**
 * The clusters of a run, level by level: level 0 are the run's own, each further level holds what clusters of the one before were split
 * into. Tables lie in scratch as JSON, labels of the rows in pieces.
 */
import type { SubclusterResult } from "../../../domain/run/results";
import type { TaskContext } from "../../context";
import { rowHash } from "../../sampling";
import { clusterLabels } from "../clusters";
import { getJson } from "../json";

/** Constants of the stage, as the planner sets them. */
export interface SubclusterParams extends Record<string, unknown> {
  depth: number;
  /** Members that a cluster has at least to be split. */
  minSize: number;
  /** Rows that one cluster is split by: of a larger one about as many, chosen by their hashes. */
  mostRows: number;
  /** Clusters of all levels together, at most. */
  mostClusters: number;
}

/** A cluster of a level. */
export interface Node {
  /** Its number in the level before; -1 at level 0. */
  parent: number;
  /** Its number among its parent's, by size. */
  rank: number;
  size: number;
}

export interface Level {
  nodes: Node[];
  /** Stored labels → numbers of the nodes. */
  order: number[];
}

export const levelName = (level: number, name: string): string => `subclusters/${level}/${name}`;

const NONE: SubclusterResult = {
  level: 0,
  levels: 0,
  step: "labels",
  rowBounds: [],
  labelBounds: [],
  sampled: 0,
  unsplit: 0,
  converged: false,
};

/** What the rounds so far have found. */
export const found = ({ results, inputs }: TaskContext): SubclusterResult =>
  results.subclusters ?? (inputs.previous as SubclusterResult | null) ?? NONE;

/** Levels below the run's own clusters. */
export const levelCount = ({ results }: TaskContext): number => results.subclusters?.levels ?? 0;

export async function levelOf({ scratch, results }: TaskContext, level: number): Promise<Level> {
  if (level > 0) return getJson<Level>(scratch, levelName(level, "table"));
  const { sizes } = results.assign!;
  return { nodes: sizes.map((size, rank) => ({ parent: -1, rank, size })), order: sizes.map((_, i) => i) };
}

/** Numbers of the nodes that rows [from, to) are in at this level; -1 for a row that is in none. */
export async function levelLabels(context: TaskContext, level: number, from: number, to: number): Promise<Int32Array> {
  if (level === 0) return clusterLabels(context, from, to);
  const bounds = found(context).labelBounds[level - 1]!;
  const bytes = await context.scratch.rows(levelName(level, "labels"), bounds, 4, from, to);
  const { order } = await levelOf(context, level);
  return new Int32Array(bytes.buffer, bytes.byteOffset, to - from).map((label) => (label < 0 ? label : order[label]!));
}

/** A cluster that is to be split. */
export interface Candidate {
  node: number;
  /** Members of the candidates before it: what places it among the tasks. */
  start: number;
  size: number;
  /** A row takes part when its hash is below; null: every row does. */
  threshold: number | null;
}

const HASHES = 2 ** 32;
const PURPOSE = 40;

/** The clusters of the level before that are large enough, in their order. */
export async function candidates(context: TaskContext, level: number): Promise<Candidate[]> {
  const { minSize, mostRows } = context.stage.params as SubclusterParams;
  const large: Candidate[] = [];
  let start = 0;
  for (const [node, { size }] of (await levelOf(context, level - 1)).nodes.entries()) {
    if (size < minSize) continue;
    // About as many rows as fit: four standard deviations of their number below it.
    const wanted = mostRows - 4 * Math.sqrt(mostRows);
    large.push({ node, start, size, threshold: size > mostRows ? Math.floor((HASHES * wanted) / size) : null });
    start += size;
  }
  return large;
}

export const takesPart = ({ threshold }: Candidate, seed: number, level: number, row: number): boolean =>
  threshold === null || rowHash(seed, PURPOSE + level, row) < threshold;

export interface Slots {
  /** Of every row: its candidate's number, or -1. */
  slots: Int32Array;
  /** Whether its cluster is split by it. */
  takesPart: Uint8Array;
}

/** Rows [from, to) with the candidates that they are members of. */
export async function slotsOf(
  context: TaskContext,
  level: number,
  large: Candidate[],
  from: number,
  to: number,
): Promise<Slots> {
  const slotOf = new Map(large.map(({ node }, slot) => [node, slot]));
  const labels = await levelLabels(context, level - 1, from, to);
  const slots = labels.map((label) => slotOf.get(label) ?? -1);
  const part = new Uint8Array(slots.length);
  for (const [i, slot] of slots.entries())
    if (slot >= 0 && takesPart(large[slot]!, context.spec.seed, level, from + i)) part[i] = 1;
  return { slots, takesPart: part };
}

/** How a candidate was split. */
export interface Split {
  slot: number;
  node: number;
  /** Label of its first sub-cluster, and how many there are. */
  first: number;
  clusters: number;
  sampled: boolean;
}

export const splitsOf = (context: TaskContext, level: number): Promise<Split[]> =>
  getJson<Split[]>(context.scratch, levelName(level, "splits"));

/** Rows of each candidate that lie in the pieces before each piece: pieces × candidates. */
export async function startsOf({ scratch }: TaskContext, level: number, slots: number): Promise<Int32Array[]> {
  const all = await scratch.ints(levelName(level, "starts"));
  return Array.from({ length: all.length / slots }, (_, i) => all.subarray(i * slots, (i + 1) * slots));
}
