import { describe, expect, it } from "vitest";
import { parentsByOverlap, type Tree } from "../../src/taxonomies/overlap";

/** Members by node: `{ a: "1 2 3" }`. */
function tree(nodes: Record<string, string>, parents: Record<string, string> = {}): Tree {
  const members = Object.entries(nodes).flatMap(([node, ids]) =>
    ids
      .split(" ")
      .filter(Boolean)
      .map((id): [string, string] => [id, node]),
  );
  return {
    members: new Map(members),
    parents: new Map(Object.keys(nodes).map((node) => [node, parents[node] ?? null])),
  };
}

const coarse = tree({ A: "1 2 3 4 5 6", B: "7 8 9 10" });

describe("parents by overlap", () => {
  it("are the clusters that hold enough of the members", () => {
    const fine = tree({ x: "1 2 3", y: "4 5 7", z: "8 9 10" });
    expect(parentsByOverlap([coarse, fine], 0.7)).toEqual(
      new Map([
        ["x", "A"],
        ["z", "B"],
      ]),
    );
    expect(parentsByOverlap([coarse, fine], 0.6).get("y")).toBe("A");
  });

  it("count documents that only one of the runs has", () => {
    const fine = tree({ x: "1 2 20 21" });
    expect(parentsByOverlap([coarse, fine], 0.7).has("x")).toBe(false);
    expect(parentsByOverlap([coarse, fine], 0.5).get("x")).toBe("A");
  });

  it("are looked for in the nearest coarser run first, and go over one that has none", () => {
    const middle = tree({ m: "1 2 3 4", n: "5 7 9" });
    const fine = tree({ x: "1 2", y: "8 10" });
    const found = parentsByOverlap([coarse, middle, fine], 0.7);
    expect(found.get("x")).toBe("m");
    expect(found.get("y")).toBe("B");
    expect(found.get("m")).toBe("A");
  });

  it("are those of whole trees: only tops look, and the smallest holder of equals is found", () => {
    const outer = tree({ A: "", A1: "1 2 3", A2: "4 5 6" }, { A1: "A", A2: "A" });
    const inner = tree({ x: "", x1: "1 2", x2: "3" }, { x1: "x", x2: "x" });
    expect(parentsByOverlap([outer, inner], 0.7)).toEqual(new Map([["x", "A1"]]));
  });
});
