import { describe, expect, it } from "vitest";
import { LabelingRequest } from "../../src/domain/definition/labeling";
import { mappedPaths } from "../../src/labeling/mappings";
import { isUnreadable, readablePaths, withoutLinks } from "../../src/labeling/readable";

describe("a readable value", () => {
  it.each([
    "2026-01-02",
    "2026-01-02T03:04:05.123Z",
    "https://shop.example/red-shoes",
    "me@shop.example",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "doc_01h455vb4pex5vsknk084sn02q",
    "cl_0_sub_1",
    "d41d8cd98f00b204e9800998ecf8427e",
    "aGVsbG8gd29ybGQxMjM0NQ9",
    "images/red.png",
    "image/jpeg",
    "12,5",
    "🙂",
  ])("is not %s", (text) => expect(isUnreadable(text)).toBe(true));

  it.each(["red shoes", "Smileys & Emotion", "see https://shop.example for more", "東京", "well-being", "über", "B2"])(
    "is %s",
    (text) => expect(isUnreadable(text)).toBe(false),
  );

  it("loses its links", () => {
    expect(withoutLinks("see https://a.example/b?c=d or mail me@a.example now").replace(/\s+/g, " ")).toBe(
      "see or mail now",
    );
  });
});

describe("the fields that words are taken from", () => {
  const documents = (make: (i: number) => Record<string, string>) =>
    Array.from({ length: 20 }, (_, i) => Object.entries(make(i)).map(([path, text]) => ({ path, text })));

  it("are those that a person reads", () => {
    const found = readablePaths(
      documents((i) => ({
        title: `thing number ${i}`,
        kind: ["fruit", "train"][i % 2]!,
        sku: `AX${i}Q`,
        handle: `name${String.fromCharCode(97 + i)}`,
        url: `https://a.example/${i}`,
        added: "2026-01-02",
        cluster_label: "Fruit, apple",
        "cluster_topic.name": "fruit of the year",
        parent_cluster_id: "a cluster",
        Shop_run_cluster_label: "Trains, rails",
        taxonomy_label: "Fruit",
        taxonomy_path: "All things / Fruit",
        mine: "Fruit, pear",
      })),
      new Set(["mine"]),
    );
    expect(found).toEqual(["kind", "title"]);
  });

  it("may be single words in a handful of documents", () => {
    expect(readablePaths(documents((i) => ({ name: `fruit${"abcd"[i % 4]}` })).slice(0, 4), new Set())).toEqual([
      "name",
    ]);
  });

  it("are those of the mappings where there are any", () => {
    const of = (input_mappings: unknown[]) =>
      mappedPaths(LabelingRequest.parse({ labeling_inputs: { input_mappings } }));
    expect(
      of([
        { input_key: "text", source_type: "payload", path: "title" },
        { input_key: "text", path: "payload.body" },
        { input_key: "image_url", source_type: "payload", path: "picture" },
        { input_key: "text", source_type: "blob", path: "0.url" },
        { input_key: "text", source_type: "literal", override: "shop" },
      ]),
    ).toEqual(["title", "body"]);
    expect(of([{ input_key: "image_url", source_type: "blob", path: "0.url" }])).toBeNull();
    expect(mappedPaths(null)).toBeNull();
  });
});
