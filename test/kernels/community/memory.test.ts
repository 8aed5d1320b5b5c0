import { describe, expect, it } from "vitest";
import { type Graph, OutOfMemory, run, symmetricGraph } from "../../../src/kernels";
import { leidenBytes } from "../../../src/kernels/community/memory";
import { BASE_BYTES } from "../../../src/kernels/memory";
import { generator, plain } from "../support";
import { OPTIONS } from "./support";

/** Neighbour lists in a line of groups (the lists of most real data) or at random (the worst of them). */
function lists(nodes: number, k: number, random: boolean): Graph {
  const next = generator(nodes + k);
  const neighbors = Int32Array.from({ length: nodes * k }, (_, entry) => {
    const node = Math.floor(entry / k);
    return random ? Math.floor(next() * nodes) : (node + 1 + Math.floor(next() * 3 * k)) % nodes;
  });
  const weights = Float32Array.from(neighbors, () => 0.5 + 0.5 * next());
  return run(symmetricGraph({ rows: nodes, k, neighbors }, weights, Math.max));
}

describe("Leiden's memory", () => {
  it.each([
    [20_000, 30, false, 1],
    [20_000, 30, true, 1],
    [20_000, 15, true, 50],
    [10_000, 30, false, 50],
  ])(
    "%i nodes × %i neighbours (random: %s), resolution %i: within its formula, and not far below",
    (n, k, random, resolution) => {
      const kernels = plain();
      const graph = lists(n, k, random);
      const before = kernels.mark();
      run(kernels.leiden(graph, { ...OPTIONS, resolution }));
      expect(kernels.mark()).toBe(before);
      const formula = leidenBytes(n, graph.neighbors.length) + BASE_BYTES;
      expect(kernels.memoryBytes).toBeLessThanOrEqual(formula + 65_536);
      // Random lists hardly grow coarser: they need nearly all of it.
      expect(kernels.memoryBytes).toBeGreaterThan((random ? 0.9 : 0.5) * formula);
    },
  );

  it("fits any lists of 50,000 rows of 30 into 64 MiB, by its formula", () => {
    expect(leidenBytes(50_000, 2 * 50_000 * 30)).toBeLessThan(64 * 2 ** 20);
  });

  it("is refused where it ends, and given back", () => {
    const graph = lists(5_000, 20, true);
    // Room for the graph and its nodes, not for the next level.
    const kernels = plain(8 * graph.neighbors.length + 69 * 5_000 + 2 * 65_536);
    const before = kernels.mark();
    expect(() => run(kernels.leiden(graph, OPTIONS))).toThrow(OutOfMemory);
    expect(kernels.mark()).toBe(before);
    const abandoned = kernels.leiden(lists(2_000, 10, false), OPTIONS);
    abandoned.next();
    abandoned.return({} as never);
    expect(kernels.mark()).toBe(before);
  });
});
