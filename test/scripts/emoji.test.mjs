import { describe, expect, it } from "vitest";
import { emojiDocuments, spread } from "../../scripts/lib/emoji-data.mjs";
import { adjustedRandIndex } from "../../scripts/lib/rand-index.mjs";

describe("emojiDocuments", () => {
  const documents = emojiDocuments();
  const labels = new Map(documents.map(({ payload }) => [payload.emoji, payload]));

  it("are the emoji of the keyboard, each once", () => {
    expect(documents.length).toBe(1914);
    expect(new Set(documents.map(({ document_id }) => document_id)).size).toBe(documents.length);
    expect(new Set(documents.map(({ payload }) => payload.group)).size).toBe(9);
    for (const { payload } of documents) {
      expect(payload.emoji).not.toBe("");
      expect(payload.label).not.toBe("");
      expect(payload.subgroup).toBeTruthy();
    }
  });

  it("have neither components nor regional indicators nor skin tones", () => {
    for (const { document_id, payload } of documents) {
      expect(payload.group).not.toBe("component");
      expect(payload.label).not.toMatch(/regional indicator|skin tone/);
      expect(document_id).not.toMatch(/^1F1E[6-9A-F]$|^1F3F[B-F]$/);
    }
  });

  it("do not name their group in what is clustered", () => {
    expect(labels.get("🐙")).toEqual({
      emoji: "🐙",
      label: "octopus",
      tags: ["animal", "creature", "ocean"],
      group: "animals-nature",
      subgroup: "animal-marine",
    });
  });
});

it("spread takes evenly, the first among them", () => {
  expect(spread([1, 2, 3], 5)).toEqual([1, 2, 3]);
  expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5)).toEqual([0, 2, 4, 6, 8]);
});

describe("adjustedRandIndex", () => {
  it.each([
    [[0, 0, 1, 1], ["b", "b", "a", "a"], 1],
    [[0, 0, 1, 2], [0, 0, 1, 1], 0.5714285714285714],
    [[0, 0, 0, 0], [0, 1, 2, 3], 0],
    [[0, 0, 1, 1], [0, 1, 0, 1], -0.5],
    [[0, 0, 0], [1, 1, 1], 1],
    [[], [], 1],
  ])("of %j and %j is %f", (a, b, index) => expect(adjustedRandIndex(a, b)).toBeCloseTo(index, 12));
});
