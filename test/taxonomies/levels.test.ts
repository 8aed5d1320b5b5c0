import { describe, expect, it } from "vitest";
import { levelsOf, pathOf } from "../../src/taxonomies/levels";

const kinds = { fish: ["cod", "eel"], bird: ["owl", "jay"], beast: ["fox", "elk"] };
const payloads = Array.from({ length: 120 }, (_, i) => {
  const kind = Object.keys(kinds)[i % 3] as keyof typeof kinds;
  return {
    title: `text ${i}`,
    meta: { kind, species: kinds[kind][Math.floor(i / 3) % 2]! },
    n: i,
    parity: i % 2 === 0,
  };
});

describe("levels of payloads", () => {
  it("are fields with few values, from the coarsest, each inside the one above", () => {
    // Parity has the fewest values; species lie inside kinds, but kinds do not lie inside parity.
    expect(levelsOf(payloads.map(({ parity: _, ...rest }) => rest))).toEqual(["meta.kind", "meta.species"]);
    expect(levelsOf(payloads)[0]).toBe("parity");
  });

  it("are none where texts are all different, numbers, rare or the same", () => {
    expect(levelsOf(payloads.map(({ title, n }) => ({ title, n, all: "same" })))).toEqual([]);
    const rare = payloads.map((payload, i) => (i % 2 ? {} : { kind: payload.meta.kind }));
    expect(levelsOf(rare)).toEqual([]);
    expect(levelsOf([])).toEqual([]);
  });

  it("are not made of what clusterings and taxonomies wrote", () => {
    const written = payloads.map(({ meta }) => ({ cluster_label: meta.kind, taxonomy_label: meta.kind }));
    expect(levelsOf(written)).toEqual([]);
  });

  it("give a document its path, as far as it goes", () => {
    const levels = ["meta.kind", "meta.species"];
    expect(pathOf({ meta: { kind: "fish", species: "eel" } }, levels)).toEqual(["fish", "eel"]);
    expect(pathOf({ meta: { kind: "fish" } }, levels)).toEqual(["fish"]);
    expect(pathOf({ meta: { species: "eel" } }, levels)).toEqual([]);
  });
});
