import { describe, expect, it } from "vitest";
import { lexicalVector } from "../../src/domain/text/lexical";
import type { Space } from "../../src/taxonomies/contract";
import { meanOf, nearestOf, placed } from "../../src/taxonomies/space";
import { Terms } from "../../src/taxonomies/vocabulary";

const row = (entries: Record<number, number>) => ({
  indices: Object.keys(entries).map(Number),
  values: Object.values(entries),
});

describe("the words that a taxonomy compares", () => {
  it("are those that weigh most, with their frequencies, in the order of their indices", () => {
    const terms = new Terms();
    for (const one of [row({ 7: 1, 2: 8 }), row({ 2: 8, 9: 1 }), undefined, row({ 2: 8, 7: 1 })]) terms.add(one);
    const { columns, idf } = terms.vocabulary(true, 2);
    expect(columns).toEqual([2, 7]);
    expect(idf!.map((one) => one.toFixed(4))).toEqual([1, Math.log(4 / 3) + 1].map((one) => one.toFixed(4)));
    expect(terms.vocabulary(false, 10)).toEqual({ columns: [2, 7, 9], idf: null, paths: null });
  });

  it("leave out, of many texts, what one alone has and what nearly all have", () => {
    const terms = new Terms();
    for (let i = 0; i < 60; i++) terms.add(row({ 1: 1, [100 + i]: 1, [10 + (i % 3)]: 1 }));
    expect(terms.vocabulary(true, 1000).columns).toEqual([10, 11, 12]);
  });
});

describe("documents of words", () => {
  const texts = {
    sea: ["a whale in the deep sea", "the sea shore and its shells", "a deep blue whale", "waves of the sea"],
    town: ["the train to the city", "a street of the old city", "a train station street", "city buses and a train"],
  };
  const terms = new Terms();
  for (const text of Object.values(texts).flat()) terms.add(lexicalVector(text));
  const vocabulary = { ...terms.vocabulary(true, 500), paths: ["title"] };
  const uri = "mixpeek://text_extractor@v1/lexical";
  const dimensions = vocabulary.columns.length;
  const space: Space = { features: [{ uri, dimensions, weight: 1, sparse: vocabulary }], normalize: true };
  const vectors = (text: string) => ({ lexical: lexicalVector(text) });
  const centroids = new Float32Array(2 * dimensions);
  Object.values(texts).forEach((group, i) => {
    centroids.set(meanOf(space, group.map(vectors))!, i * dimensions);
  });

  it("are found by the nearest mean, also where only their text is given", () => {
    const label = (point: Float64Array | null) => point && nearestOf(centroids, [0, 1], point)!.node;
    expect(label(placed(space, vectors("whales of the sea")))).toBe(0);
    expect(label(placed(space, {}, { title: "the city train" }))).toBe(1);
    expect(label(placed(space, {}, { title: "zzz" }))).toBeNull();
    expect(label(placed(space, {}, { other: "sea" }))).toBeNull();
  });

  it("have length 1, as their means have", () => {
    expect(Math.hypot(...placed(space, vectors("a train"))!)).toBeCloseTo(1);
    expect(Math.hypot(...centroids.subarray(0, dimensions))).toBeCloseTo(1);
  });
});
