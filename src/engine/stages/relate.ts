/**
 * Which clusters of one feature lie inside one of another: the share of a cluster's members that the other holds too. The larger is the
 * parent, the earlier feature's on a tie.
 */

import { clusterLabelId } from "../../domain/ids";
import type { RelateResult } from "../../domain/run/results";
import { type Containment, renumbered, scopesOf } from "../../domain/run/tracks";
import type { Stage, TaskContext } from "../context";
import { contextsOf } from "../tracks";
import { clusterLabels } from "./clusters";

/** Share of its members from which a cluster lies inside another: the taxonomies' default. */
const LEAST_OVERLAP = 0.7;
const PIECE_ROWS = 65_536;
/** A result is at most 64 KiB. */
const MOST_TOLD = 200;

export const relate: Stage = {
  async map(context): Promise<RelateResult> {
    const contexts = contextsOf(context);
    const shared = await countPairs(context, contexts);
    const found = containments(context, shared);
    return { relationships: found.slice(0, MOST_TOLD), untold: Math.max(0, found.length - MOST_TOLD) };
  },
};

/** Members that two clusters of two tracks share, by `${track},${cluster},${track},${cluster}`. */
async function countPairs(context: TaskContext, contexts: TaskContext[]): Promise<Map<string, number>> {
  const { rows } = context.plan.shape;
  const shared = new Map<string, number>();
  for (let from = 0; from < rows; from += PIECE_ROWS) {
    const to = Math.min(from + PIECE_ROWS, rows);
    const labels = await Promise.all(contexts.map((one) => clusterLabels(one, from, to)));
    context.pulse.compute(() => {
      for (let a = 0; a < labels.length; a++)
        for (let b = a + 1; b < labels.length; b++)
          for (let row = 0; row < to - from; row++) {
            const [first, second] = [labels[a]![row]!, labels[b]![row]!];
            if (first < 0 || second < 0) continue;
            const pair = `${a},${first},${b},${second}`;
            shared.set(pair, (shared.get(pair) ?? 0) + 1);
          }
    });
    context.pulse.beat({ done: to, total: rows });
  }
  return shared;
}

function containments({ spec, plan, inputs }: TaskContext, shared: Map<string, number>): Containment[] {
  const scopes = scopesOf(spec, plan, inputs.stages);
  const sizeOf = (track: number, cluster: number) => scopes[track]!.results.assign!.sizes[cluster]!;
  const idOf = (track: number, cluster: number) => renumbered(clusterLabelId(cluster), scopes[track]!.offset);
  const uriOf = (track: number) => spec.features[track]!.uri;
  const found: Containment[] = [];
  for (const [pair, count] of shared) {
    const [a, first, b, second] = pair.split(",").map(Number) as [number, number, number, number];
    const swapped = sizeOf(b, second) > sizeOf(a, first);
    const [parent, child] = swapped
      ? ([
          [b, second],
          [a, first],
        ] as const)
      : ([
          [a, first],
          [b, second],
        ] as const);
    const overlap = count / sizeOf(...child);
    if (overlap < LEAST_OVERLAP) continue;
    found.push({
      parent_cluster_id: idOf(...parent),
      child_cluster_id: idOf(...child),
      parent_feature: uriOf(parent[0]),
      child_feature: uriOf(child[0]),
      overlap,
      shared_members: count,
    });
  }
  const order = (one: Containment) => `${one.parent_cluster_id} ${one.child_cluster_id}`;
  return found.sort(
    (x, y) => y.overlap - x.overlap || y.shared_members - x.shared_members || (order(x) < order(y) ? -1 : 1),
  );
}
