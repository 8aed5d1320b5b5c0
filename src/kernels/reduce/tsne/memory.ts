/** What t-SNE takes of the module's memory, in bytes, as upper bounds; see ../../memory.ts. n rows, k neighbours a row. */

const padded = (count: number): number => Math.ceil(count / 4) * 4;
const stride = (components: number): number => (components === 3 ? 4 : components);

export const tsneAffinitiesBytes = (n: number, k: number): number => 8 * n * padded(k);

/** Lists; points, velocities, gains and two forces; then the tree with a group's list, or the points by axis. */
export function tsneLayoutBytes(n: number, k: number, components: number): number {
  const tree = 64 * (n / 2 + 64) + 32 * n;
  const axes = 4 * padded(n) * (components + 1) + 16 * components;
  return 8 * n * padded(k) + 20 * n * stride(components) + (components <= 3 ? tree : axes) + 1_024;
}

/** All stages, which follow each other. */
export const tsneBytes = (n: number, perplexity: number, components: number): number =>
  tsneLayoutBytes(n, Math.floor(3 * perplexity + 1), components);
