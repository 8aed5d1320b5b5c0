/** The levels of a run as one tree: its clusters in the order of the tables, children after their parent, with their ids. */
import { clusterLabelId } from "../../../domain/ids";
import type { TaskContext } from "../../context";
import { type Level, levelCount, levelLabels, levelOf } from "./levels";

export interface TreeNode {
  id: string;
  parentId: string | null;
  level: number;
  /** Its number in its level. */
  node: number;
  size: number;
}

/** `ids[level][node]`. */
export interface ClusterTree {
  nodes: TreeNode[];
  ids: string[][];
}

export async function clusterTree(context: TaskContext): Promise<ClusterTree> {
  const levels: Level[] = [];
  for (let level = 0; level <= levelCount(context); level++) levels.push(await levelOf(context, level));
  return treeOf(levels);
}

export function treeOf(levels: Pick<Level, "nodes">[]): ClusterTree {
  const ids: string[][] = levels.map(() => []);
  const children: Map<number, number[]>[] = levels.map(({ nodes }) =>
    Map.groupBy(nodes.keys(), (node) => nodes[node]!.parent),
  );
  const nodes: TreeNode[] = [];
  const visit = (level: number, node: number, parentId: string | null): void => {
    const { rank, size } = levels[level]!.nodes[node]!;
    const id = parentId === null ? clusterLabelId(rank) : `${parentId}_sub_${rank}`;
    ids[level]![node] = id;
    nodes.push({ id, parentId, level, node, size });
    for (const child of children[level + 1]?.get(node) ?? []) visit(level + 1, child, id);
  };
  for (const node of levels[0]!.nodes.keys()) visit(0, node, null);
  return { nodes, ids };
}

/** Id of the deepest cluster of each of rows [from, to). */
export async function deepestIds(
  context: TaskContext,
  { ids }: ClusterTree,
  from: number,
  to: number,
): Promise<string[]> {
  const own = Array.from(await levelLabels(context, 0, from, to), (label) => ids[0]![label] ?? clusterLabelId(-1));
  for (let level = 1; level < ids.length; level++)
    for (const [i, label] of (await levelLabels(context, level, from, to)).entries())
      if (label >= 0) own[i] = ids[level]![label]!;
  return own;
}
