/** Labels by falling size (ties by first member); communities of fewer than `minSize` nodes become −1. Members' numbers lie below the count of nodes. */
export function numberBySize(membership: Int32Array, minSize: number): { labels: Int32Array; communities: number } {
  const sizes = new Int32Array(membership.length);
  const first = new Int32Array(membership.length).fill(-1);
  for (let node = 0; node < membership.length; node++) {
    const community = membership[node]!;
    if (sizes[community]!++ === 0) first[community] = node;
  }
  const order = [...sizes.keys()]
    .filter((community) => sizes[community]! >= Math.max(1, minSize))
    .sort((a, b) => sizes[b]! - sizes[a]! || first[a]! - first[b]!);
  const label = new Int32Array(membership.length).fill(-1);
  for (const [number, community] of order.entries()) label[community] = number;
  return { labels: membership.map((community) => label[community]!), communities: order.length };
}
