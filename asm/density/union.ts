/** Disjoint sets as trees of parents (i32 each); a root is its own parent. */

/** The root of a member's tree. Halves the path to it: Tarjan & van Leeuwen, "Worst-case analysis of set union algorithms" (JACM 1984). */
export function root(parents: usize, member: i32): i32 {
  let at = member;
  let parent = load<i32>(parents + (<usize>at << 2));
  while (parent != at) {
    const next = load<i32>(parents + (<usize>parent << 2));
    store<i32>(parents + (<usize>at << 2), next);
    at = next;
    parent = load<i32>(parents + (<usize>at << 2));
  }
  return at;
}
