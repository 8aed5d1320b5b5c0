import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { type ClassNode, classKeywords, MAX_KEYWORDS } from "../../src/labeling/keywords";
import { nameClusters, plainLabel } from "../../src/labeling/labels";
import { Vocabulary } from "../../src/labeling/vocabulary";
import { stopWordsOf, words } from "../../src/labeling/words";

const require = createRequire(import.meta.url);

/** Keywords of classes of documents, each class a list of texts. */
function keywordsOf(classes: string[][], nodes?: ClassNode[], stopWords: ReadonlySet<string> = new Set()): string[][] {
  const vocabulary = new Vocabulary(classes.flat().length, stopWords);
  for (const text of classes.flat()) vocabulary.add([text]);
  const own = nodes ?? classes.map((_, i) => ({ id: `cl_${i}`, parentId: null, feature: null }));
  const found = classKeywords(vocabulary, own, Int32Array.from(classes.flatMap((texts, i) => texts.map(() => i))));
  return own.map(({ id }) => found.get(id)!);
}

const times = (count: number, text: string): string[] => Array.from({ length: count }, () => text);

describe("keywords", () => {
  it("weigh what is frequent here and rare elsewhere", () => {
    const [fruit, train] = keywordsOf([
      ["shop apple", "shop pear", "shop apple"],
      ["shop train", "shop rails", "shop train"],
      ["shop coat", "shop wool", "shop coat"],
    ]);
    expect(fruit!.slice(0, 2)).toEqual(["apple", "pear"]);
    expect(train!.slice(0, 2)).toEqual(["train", "rails"]);
  });

  it("are no words that the siblings have as often, unless there are no others", () => {
    const common = times(9, "shop of Person Name");
    const [fruit, train] = keywordsOf([
      [...common, "apple", "apple"],
      [...common, "train", "train"],
    ]);
    expect([fruit, train]).toEqual([["apple"], ["train"]]);
    expect(keywordsOf([times(4, "shop"), times(4, "shop")])).toEqual([["shop"], ["shop"]]);
    expect(keywordsOf([times(4, "shop")])).toEqual([["shop"]]);
  });

  it("have the formula's order: tf · log(1 + A / f)", () => {
    const counted = (counts: Record<string, number>) =>
      Object.entries(counts).flatMap(([word, count]) => times(count, `${word}${word}`));
    const first = counted({ a: 8, b: 4, c: 3 });
    // a is 5 of the other class's words, A = 15.5: a weighs 6.28, b 6.33, c 5.46.
    expect(keywordsOf([first, counted({ a: 5, d: 11 })])[0]).toEqual(["bb", "aa", "cc"]);
    // 4 of them, A = 15: a weighs 6.49, b 6.23.
    expect(keywordsOf([first, counted({ a: 4, d: 11 })])[0]).toEqual(["aa", "bb", "cc"]);
  });

  it("tell equal weights apart by code units", () => {
    expect(keywordsOf([["zoo ape", "zoo ape"], ["x y"]])[0]).toEqual(["ape", "zoo"]);
  });

  it("join words that go together, and only those", () => {
    const [york, car] = keywordsOf([
      ["visit New York", "New York by night", "New York pizza", "New York hotels"],
      ["new car", "car wash", "new tyres", "fast car"],
    ]);
    expect(york![0]).toBe("New York");
    expect(york).not.toContain("York");
    expect(car).not.toContain("new car");
    // A comma or a stop word parts them.
    expect(keywordsOf([times(4, "red, green"), ["x y"]])[0]).toEqual(["green", "red"]);
    expect(keywordsOf([times(4, "cup of tea"), ["x y"]], undefined, new Set(["of"]))[0]).toEqual(["cup", "tea"]);
  });

  it("are written as they mostly were, and a plural is no second one", () => {
    const [first] = keywordsOf([["iPhone", "cases", "iPhone", "case", "iphone", "CASE"], ["x y"]]);
    expect(first![0]).toMatch(/^iPhone/);
    expect(first!.filter((one) => /case/i.test(one))).toHaveLength(1);
  });

  it("are ten at most, without numbers, codes, links and single letters", () => {
    const text = Array.from(
      { length: 30 },
      (_, i) => `word${String.fromCharCode(97 + (i % 26))}${i > 25 ? "x" : ""}`,
    ).join(", ");
    const [many] = keywordsOf([times(3, text), ["other"]]);
    expect(many).toHaveLength(MAX_KEYWORDS);
    const [clean] = keywordsOf([
      times(3, "2026 a1b2c3d4e5 x https://shop.example/red?id=1 me@shop.example lamp"),
      ["other"],
    ]);
    expect(clean).toEqual(["lamp"]);
  });

  it("tell sub-clusters apart from their siblings, not from all", () => {
    const nodes: ClassNode[] = [
      { id: "cl_0", parentId: null, feature: null },
      { id: "cl_1", parentId: null, feature: null },
      { id: "cl_0_sub_0", parentId: "cl_0", feature: null },
      { id: "cl_0_sub_1", parentId: "cl_0", feature: null },
    ];
    const found = keywordsOf([[], times(4, "train station"), times(4, "fruit apple"), times(4, "fruit pear")], nodes);
    expect(found[0]![0]).toBe("fruit");
    expect([found[2]![0], found[3]![0]]).toEqual(["fruit apple", "fruit pear"]);
  });

  it("know no order of documents within a class", () => {
    const texts = ["red apple", "green apple pie", "old tree", "apple tree"];
    expect(keywordsOf([texts, ["x y"]])).toEqual(keywordsOf([texts.toReversed(), ["x y"]]));
  });

  it("make sense of emoji", () => {
    const data = (
      require("emojibase-data/en/data.json") as { label: string; tags?: string[]; group?: number; subgroup?: number }[]
    ).filter((one) => one.group !== undefined);
    const subgroups = [...new Set(data.map((one) => one.subgroup))];
    const classes = subgroups.map((subgroup) =>
      data.filter((one) => one.subgroup === subgroup).map(({ label, tags }) => [label, ...(tags ?? [])].join(", ")),
    );
    const heads = keywordsOf(classes, undefined, stopWordsOf(data.map((one) => one.label))).map((own) => own[0]);
    for (const word of ["flag", "fruit", "musical", "money", "clothing", "insect"]) expect(heads).toContain(word);
  });
});

describe("words", () => {
  it("are folded, keep their spelling, and know what they follow", () => {
    expect([...words("Don’t stop, Ärger-frei")]).toEqual([
      { word: "don't", surface: "Don’t", follows: false },
      { word: "stop", surface: "stop", follows: true },
      { word: "ärger-frei", surface: "Ärger-frei", follows: false },
    ]);
    expect([...words("東京都")].map(({ word, follows }) => [word, follows])).toEqual([
      ["東京", false],
      ["京都", false],
    ]);
  });

  it("of English are stopped where the texts are English", () => {
    expect(stopWordsOf(["the cat and the dog", "a house with a garden"]).has("the")).toBe(true);
    expect(stopWordsOf(["der Hund und die Katze", "ein Haus am See"]).size).toBe(0);
    expect(stopWordsOf([]).size).toBe(0);
  });
});

describe("labels", () => {
  const cluster = (id: string, keywords: string[], given: string | null = null) => ({ id, keywords, given });
  const labels = (...clusters: ReturnType<typeof cluster>[]) =>
    [...nameClusters(clusters).values()].map((one) => one.label);

  it("are made of the first keywords, four words at most and none twice", () => {
    expect(labels(cluster("cl_0", ["smiling face", "grin", "eyes", "happy"]))).toEqual(["Smiling face, grin, eyes"]);
    expect(labels(cluster("cl_0", ["red wine", "white wine", "glass", "iron pot", "cup"]))).toEqual([
      "Red wine, glass, cup",
    ]);
    expect(labels(cluster("cl_0", ["iPhone", "case"]))).toEqual(["iPhone, case"]);
  });

  it("are unique: the later cluster takes a further keyword", () => {
    expect(labels(cluster("cl_0", ["a1", "b1", "c1", "d1"]), cluster("cl_1", ["a1", "b1", "c1", "e1"]))).toEqual([
      "A1, b1, c1",
      "A1, b1, c1, e1",
    ]);
    expect(labels(cluster("cl_0", ["lamp"]), cluster("cl_1", ["lamp"]))).toEqual(["Lamp", "Lamp (cl_1)"]);
    expect(labels(cluster("cl_0", ["lamp"]), cluster("cl_1", ["x"], "Lamp"))).toEqual(["Lamp (cl_0)", "Lamp"]);
  });

  it("fall back to the cluster's number", () => {
    expect(labels(cluster("cl_3", []))).toEqual(["Cluster 3"]);
    expect(plainLabel("cl_0_sub_1_sub_2")).toBe("Cluster 0.1.2");
  });
});
