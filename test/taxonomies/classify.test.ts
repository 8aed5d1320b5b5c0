import { describe, expect, it } from "vitest";
import { Classifier } from "../../src/taxonomies/classify";
import type { EnrichmentField, Space, TaxonomyNode } from "../../src/taxonomies/contract";
import { blank } from "../../src/taxonomies/from-documents";
import { Samples } from "../../src/taxonomies/sampling";
import { meanOf, placed } from "../../src/taxonomies/space";

const feature = (name: string, weight: number) => ({ uri: `mixpeek://passthrough@v1/${name}`, dimensions: 2, weight });
const space: Space = { features: [feature("a", 1), feature("b", 0.5)], normalize: true };

describe("a taxonomy's space", () => {
  it("has each feature to unit length times its weight, by name or URI", () => {
    expect([...placed(space, { a: [3, 4], "mixpeek://passthrough@v1/b": [0, 2] })!]).toEqual([0.6, 0.8, 0, 0.5]);
    expect([...placed({ ...space, normalize: false }, { a: [3, 4], b: [0, 2] })!]).toEqual([3, 4, 0, 1]);
  });

  it("has no place for a document without a vector, with another length or without a direction", () => {
    expect(placed(space, { a: [1, 1] })).toBeNull();
    expect(placed(space, { a: [1, 1], b: [1, 1, 1] })).toBeNull();
    expect(placed(space, { a: [1, 1], b: [0, 0] })).toBeNull();
    expect(meanOf(space, [{}])).toBeNull();
  });
});

const node = (id: string, parent: string | null, more: Partial<TaxonomyNode> = {}): TaxonomyNode => ({
  ...blank(id, "col_x", id.toUpperCase()),
  parent_node_id: parent,
  ...more,
});

function classifier(fields: EnrichmentField[] | null, nodes?: TaxonomyNode[]) {
  const tree = nodes ?? [node("root", null), node("east", "root"), node("north", "root"), node("lost", "root")];
  const centroids = Float32Array.of(9, 9, 1, 0, 0, 1, Number.NaN, Number.NaN);
  const plane: Space = { features: [feature("a", 1)], normalize: true };
  return new Classifier({ version: 1, space: plane, nodes: tree }, centroids, fields);
}

describe("classification", () => {
  it("finds the nearest leaf that has a centroid", () => {
    const some = classifier(null);
    const match = some.match({ a: [10, 1] });
    expect(match).toMatchObject({ node: 1 });
    expect(match!.similarity).toBeCloseTo(10 / Math.sqrt(101), 6);
    expect(some.patch(match, {})).toMatchObject({
      taxonomy_node_id: "east",
      taxonomy_label: "EAST",
      taxonomy_path: ["ROOT", "EAST"],
    });
  });

  it("writes nulls for a document that lies nowhere, so that nothing older stays", () => {
    const some = classifier(null);
    expect(some.match({})).toBeNull();
    expect(some.patch(null, {})).toEqual({
      taxonomy_node_id: null,
      taxonomy_label: null,
      taxonomy_path: null,
      taxonomy_similarity: null,
    });
  });

  it("writes the fields asked for, appends once, and copies fields of a reference document", () => {
    const fields: EnrichmentField[] = [
      { field_path: "label", target_field: "kind" },
      { field_path: "brand.name", target_field: "tags", merge_mode: "append" },
      { field_path: "level" },
    ];
    const reference = node("east", null, { fields: { "brand.name": "Acme" } });
    const some = classifier(fields, [node("root", null), reference]);
    const match = some.match({ a: [1, 0] });
    const once = some.patch(match, { tags: ["old"] });
    expect(once).toEqual({ kind: "EAST", tags: ["old", "Acme"], taxonomy_level: 0 });
    expect(some.patch(match, once)).toEqual(once);
  });
});

describe("samples", () => {
  it("are the same whatever order documents come in", () => {
    const ids = Array.from({ length: 100 }, (_, i) => `doc_${i}`);
    const take = (order: string[]) => {
      const samples = new Samples(8);
      for (const id of order) samples.add("n", "col_x", id);
      return samples.of("n");
    };
    const [forwards] = take(ids);
    expect(forwards!.documentIds).toHaveLength(8);
    expect(take([...ids].reverse())).toEqual([forwards]);
  });
});
