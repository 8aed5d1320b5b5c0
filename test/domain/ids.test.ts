import { describe, expect, it } from "vitest";
import { clusterLabelId, NOISE_ID, newId } from "../../src/domain/ids";

describe("ids", () => {
  it("have the prefix and the alphabet that the published client checks", () => {
    expect(newId("clust")).toMatch(/^clust_[a-zA-Z0-9]+$/);
    expect(newId("run")).toMatch(/^run_[a-zA-Z0-9]+$/);
    expect(newId("col")).toMatch(/^col_[a-zA-Z0-9_]+$/);
  });

  it("sort by the time they were made", () => {
    const times = [0, 1, 35, 36, 1_700_000_000_000, 1_800_000_000_000, 2_800_000_000_000];
    const ids = times.map((time) => newId("doc", time));
    expect([...ids].sort()).toEqual(ids);
  });

  it("do not repeat within a millisecond", () => {
    const ids = new Set(Array.from({ length: 10_000 }, () => newId("doc", 1)));
    expect(ids.size).toBe(10_000);
  });

  it("name noise apart from clusters", () => {
    expect([0, 12, -1].map(clusterLabelId)).toEqual(["cl_0", "cl_12", NOISE_ID]);
  });
});
