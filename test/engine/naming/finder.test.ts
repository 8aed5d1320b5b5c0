import { describe, expect, it } from "vitest";
import type { MemberBatch } from "../../../src/artifacts";
import { Finder } from "../../../src/engine/naming/finder";

const batch = (clusters: Record<string, string>): MemberBatch => ({
  documentIds: Object.keys(clusters),
  collectionId: "col_a",
  clusterIds: Object.values(clusters),
  clusterLabels: Object.keys(clusters).map(() => null),
  distances: new Float32Array(Object.keys(clusters).length),
  components: 0,
  coordinates: new Float32Array(),
  probabilities: null,
  outlierScores: null,
});

function found(labelled: Record<string, string[]>, clusters: Record<string, string>): [string, string][] {
  const groups = Object.entries(labelled).map(([groupId, representatives]) => ({ groupId, representatives }));
  const finder = new Finder(groups, false);
  finder.add(batch(clusters));
  return finder.found();
}

describe("a cluster that a person named", () => {
  it("is the one that holds more than half of its documents", () => {
    expect(found({ cl_0: ["a", "b", "c"] }, { a: "cl_2", b: "cl_2", c: "cl_0", d: "cl_0" })).toEqual([
      ["cl_0", "cl_2"],
    ]);
    expect(found({ cl_0: ["a", "b"] }, { a: "cl_1", b: "cl_2" })).toEqual([]);
    expect(found({ cl_0: ["a", "b", "c"] }, { a: "cl_1" })).toEqual([]);
  });

  it("is never noise", () => {
    expect(found({ cl_0: ["a", "b"] }, { a: "-1", b: "-1" })).toEqual([]);
  });

  it("is found at its own level of the hierarchy", () => {
    const clusters = { a: "cl_1_sub_0", b: "cl_1_sub_1", c: "cl_1_sub_1" };
    expect(found({ cl_0: ["a", "b", "c"], cl_0_sub_0: ["b", "c"] }, clusters)).toEqual([
      ["cl_0", "cl_1"],
      ["cl_0_sub_0", "cl_1_sub_1"],
    ]);
  });

  it("gives way where two are found in the same one", () => {
    const clusters = { a: "cl_0", b: "cl_0", c: "cl_0", d: "cl_0", e: "cl_1" };
    expect(found({ cl_0: ["a", "b", "e"], cl_1: ["c", "d", "a"] }, clusters)).toEqual([["cl_1", "cl_0"]]);
  });

  it("has its own id where the clusters are the same, without a look at them", () => {
    const finder = new Finder([{ groupId: "cl_3", representatives: ["a"] }], true);
    expect(finder.isLooking).toBe(false);
    expect(finder.found()).toEqual([["cl_3", "cl_3"]]);
  });
});
