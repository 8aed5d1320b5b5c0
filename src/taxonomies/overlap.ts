/** Which cluster of a finer run lies inside which of a coarser one, by the members that they share. Pure. */

/** A run's clusters as overlap sees them. */
export interface Tree {
  /** Parent within the run, by node id. */
  parents: Map<string, string | null>;
  /** Node id of each member, by document; noise has none. */
  members: Map<string, string>;
}

/** The node and everything above it. */
function* upwards(tree: Tree, node: string): Generator<string> {
  for (let at: string | null = node; at !== null; at = tree.parents.get(at) ?? null) yield at;
}

/**
 * For each top node of each tree but the first, the node of an earlier tree that holds at least `threshold` of its members: of the
 * nearest earlier tree that has one, the node that shares most; of equals the smaller one, which says more.
 *
 * @param trees from the coarsest to the finest
 */
export function parentsByOverlap(trees: readonly Tree[], threshold: number): Map<string, string> {
  const found = new Map<string, string>();
  trees.forEach((tree, index) => {
    const sizes = count(tree, (member) => [topOf(tree, member)]);
    for (let above = index - 1; above >= 0; above--) {
      const other = trees[above]!;
      const otherSizes = count(other, (member) => [...upwards(other, member)]);
      const shared = new Map<string, Map<string, number>>();
      for (const [document, node] of tree.members) {
        const counterpart = other.members.get(document);
        if (counterpart === undefined) continue;
        const top = topOf(tree, node);
        const counts = shared.get(top) ?? new Map<string, number>();
        shared.set(top, counts);
        for (const holder of upwards(other, counterpart)) counts.set(holder, (counts.get(holder) ?? 0) + 1);
      }
      for (const [top, counts] of shared) {
        if (found.has(top)) continue;
        const enough = [...counts].filter(([, n]) => n >= threshold * sizes.get(top)!);
        enough.sort(([a, n], [b, m]) => m - n || otherSizes.get(a)! - otherSizes.get(b)! || (a < b ? -1 : 1));
        if (enough[0]) found.set(top, enough[0][0]);
      }
    }
  });
  return found;
}

function topOf(tree: Tree, node: string): string {
  let top = node;
  for (const at of upwards(tree, node)) top = at;
  return top;
}

function count(tree: Tree, nodesOf: (member: string) => string[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const node of tree.members.values()) for (const one of nodesOf(node)) sizes.set(one, (sizes.get(one) ?? 0) + 1);
  return sizes;
}
