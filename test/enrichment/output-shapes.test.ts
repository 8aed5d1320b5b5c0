import { describe, expect, it } from "vitest";
import type { RunSpec } from "../../src/domain/run/types";
import { outputShapes } from "../../src/enrichment/output-shapes";

const URI = (name: string) => `mixpeek://passthrough@v1/${name}`;
const spec = (independent: boolean) =>
  ({ independent, features: ["shape", "colour"].map((name) => ({ name, uri: URI(name) })) }) as unknown as RunSpec;
const summary = (...given: Parameters<typeof outputShapes>) =>
  outputShapes(...given).map(({ featureName, features, empty }) => [
    featureName,
    features.map(({ name, dimensions }) => `${name}:${dimensions}`).join(),
    empty,
  ]);

describe("output collections", () => {
  it("are one for one clustering", () => {
    const joined = new Map([[`${URI("shape")} ${URI("colour")}`, 7]]);
    expect(summary(spec(false), "per_feature", joined)).toEqual([[null, "centroid:7", false]]);
  });

  it("have no vector where clusters are groups of values, and nothing where there is no cluster", () => {
    expect(summary(spec(false), "single", new Map([["", null]]))).toEqual([[null, "", false]]);
    expect(summary(spec(false), "single", new Map())).toEqual([[null, "", true]]);
  });

  const found = new Map([
    [URI("colour"), 2],
    [URI("shape"), 3],
  ]);
  it("are one for all features, or one a feature, in the order of the features", () => {
    expect(summary(spec(true), "single", found)).toEqual([[null, "shape_centroid:3,colour_centroid:2", false]]);
    expect(summary(spec(true), "per_feature", found)).toEqual([
      [URI("shape"), "centroid:3", false],
      [URI("colour"), "centroid:2", false],
    ]);
  });

  it("keep a feature's place where all of it is noise", () => {
    found.delete(URI("shape"));
    expect(summary(spec(true), "per_feature", found)).toEqual([
      [URI("shape"), "", true],
      [URI("colour"), "centroid:2", false],
    ]);
    expect(summary(spec(true), "single", found)).toEqual([[null, "colour_centroid:2", false]]);
  });
});
