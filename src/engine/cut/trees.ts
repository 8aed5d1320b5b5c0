/** Kept trees and graphs as kernels take them: rows of the members become points 0, 1, …, in their order. */
import { ALL_ROWS, METHOD_TABLES, type MethodTableFile, openTable } from "../../artifacts";
import { ShoalError } from "../../domain/errors";
import type { CondensedTree, Graph, MergeTree } from "../../kernels";
import type { ObjectStore } from "../../objects/object-store";
import { MOST_KEPT_ROWS } from "./bounds";
import { graphOf } from "./leiden";

/** A tree, and for each of its points the row of members.parquet. */
export interface Kept<Tree> {
  tree: Tree;
  places: Int32Array;
}

type Columns = Record<string, Float64Array>;

/** Throws `artifacts_not_found` where the run kept none, `job_too_large` with the numbers where it is too large to be cut here. */
async function readColumns(objects: ObjectStore, key: string, file: MethodTableFile): Promise<Columns> {
  const table = await openTable(objects, key, METHOD_TABLES[file]);
  if (table.rows > MOST_KEPT_ROWS)
    throw new ShoalError(
      "job_too_large",
      `${file} has ${table.rows} rows, a cut reads ${MOST_KEPT_ROWS} at most; execute again with other parameters`,
      { field: "run_id", value: table.rows, limit: MOST_KEPT_ROWS },
    );
  const columns: Columns = Object.fromEntries(
    table.spec.columns.map(({ name }) => [name, new Float64Array(table.rows)]),
  );
  let at = 0;
  for await (const batch of table.read(ALL_ROWS)) {
    for (const { name } of table.spec.columns) columns[name]!.set(batch.columns[name] as ArrayLike<number>, at);
    at += batch.rows;
  }
  return columns;
}

/** `members`: rows of members.parquet; nodes from there on are the tree's own. */
function pointsOf(members: number, ...nodes: Float64Array[]): { places: Int32Array; numbered: Int32Array[] } {
  const seen = new Uint8Array(members);
  for (const column of nodes) for (const node of column) if (node < members) seen[node] = 1;
  const places = Int32Array.from(seen.keys()).filter((row) => seen[row] === 1);
  const points = new Int32Array(members);
  for (const [point, row] of places.entries()) points[row] = point;
  const number = (node: number): number => (node < members ? points[node]! : node - members + places.length);
  return { places, numbered: nodes.map((column) => Int32Array.from(column, number)) };
}

export async function readMergeTree(objects: ObjectStore, key: string, members: number): Promise<Kept<MergeTree>> {
  const { left, right, distance } = await readColumns(objects, key, "tree.parquet");
  const { places, numbered } = pointsOf(members, left!, right!);
  const children = new Int32Array(2 * distance!.length);
  for (let i = 0; i < distance!.length; i++) children.set([numbered[0]![i]!, numbered[1]![i]!], 2 * i);
  return { places, tree: { rows: places.length, children, distances: distance! } };
}

export async function readCondensedTree(
  objects: ObjectStore,
  key: string,
  members: number,
): Promise<Kept<CondensedTree>> {
  const { parent, child, lambda, size } = await readColumns(objects, key, "condensed_tree.parquet");
  const { places, numbered } = pointsOf(members, parent!, child!);
  return {
    places,
    tree: {
      points: places.length,
      parents: numbered[0]!,
      children: numbered[1]!,
      lambdas: lambda!,
      sizes: Int32Array.from(size!),
    },
  };
}

export async function readGraph(objects: ObjectStore, key: string, members: number): Promise<Kept<Graph>> {
  const { source, target, weight } = await readColumns(objects, key, "graph.parquet");
  const { places, numbered } = pointsOf(members, source!, target!);
  return { places, tree: graphOf(places.length, numbered[0]!, numbered[1]!, weight!) };
}
