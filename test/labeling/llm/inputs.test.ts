import { describe, expect, it } from "vitest";
import type { InputMapping } from "../../../src/labeling/llm/contract";
import { InputNotes, sampleOf, shortened } from "../../../src/labeling/llm/inputs";
import { blobValueAt, valueAt } from "../../../src/labeling/llm/paths";

const PAYLOAD = {
  headline: "Sea ice at its least",
  metadata: { description: "What  satellites\nsaw", tags: ["arctic", "ice"], score: 0.4 },
  images: [{ url: "https://a.org/1.png" }, { url: "https://a.org/2.png" }],
  document_blobs: [{ url: "https://a.org/scene.jpg" }],
  source_blobs: [{ url: "s3://films/whole.mp4" }, { url: "s3://films/second.mp4" }],
};
const sample = (mappings: Partial<InputMapping>[], length = 200, vectors = {}) =>
  sampleOf({ payload: PAYLOAD, vectors }, mappings as InputMapping[], length, new InputNotes());

describe("paths", () => {
  it("lead through objects and lists, and nowhere else", () => {
    expect(valueAt(PAYLOAD, "metadata.tags.1")).toBe("ice");
    expect(valueAt(PAYLOAD, "images[1].url")).toBe("https://a.org/2.png");
    for (const path of ["metadata.none", "images.x.url", "headline.length", "constructor", "__proto__.x"])
      expect(valueAt(PAYLOAD, path)).toBeUndefined();
  });

  it("of blobs name a list, or take the first of either", () => {
    expect(blobValueAt(PAYLOAD, "document_blobs.0.url")).toBe("https://a.org/scene.jpg");
    expect(blobValueAt(PAYLOAD, "source_blobs.0.url")).toBe("s3://films/whole.mp4");
    expect(blobValueAt(PAYLOAD, "0.url")).toBe("https://a.org/scene.jpg");
    expect(blobValueAt(PAYLOAD, "[1].url")).toBe("s3://films/second.mp4");
    expect(blobValueAt({ source_blobs: [{ url: "x:1" }] }, "0.url")).toBe("x:1");
    expect(blobValueAt({}, "0.url")).toBeUndefined();
  });
});

describe("input mappings", () => {
  it("join texts in order and tell a key that is not `text`", () => {
    expect(
      sample([
        { input_key: "text", source_type: "payload", path: "headline" },
        { input_key: "tags", path: "metadata.tags" },
        { input_key: "text", source_type: "literal", override: "Category: climate" },
      ]).text,
    ).toBe("Sea ice at its least\ntags: arctic, ice\nCategory: climate");
  });

  it("take files as parts, not as text", () => {
    const { text, media } = sample([
      { input_key: "text", path: "headline" },
      { input_key: "image_url", source_type: "blob", path: "document_blobs.0.url" },
      { input_key: "video_url", source_type: "blob", path: "source_blobs.0.url" },
      { input_key: "audio_url", source_type: "literal", override: "https://a.org/x.mp3" },
    ]);
    expect(text).toBe("Sea ice at its least");
    expect(media).toEqual([
      { kind: "image", url: "https://a.org/scene.jpg" },
      { kind: "video", url: "s3://films/whole.mp4" },
      { kind: "audio", url: "https://a.org/x.mp3" },
    ]);
  });

  it("show the first numbers of a vector", () => {
    const vector = [0.123456, -1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(sample([{ input_key: "text", source_type: "vector", path: "pixels" }], 200, { pixels: vector }).text).toBe(
      "[0.123, -1, 2, 3, 4, 5, 6, 7, …]",
    );
  });

  it("count what documents lack", () => {
    const notes = new InputNotes();
    const mappings = [
      { input_key: "text", path: "title" },
      { input_key: "image_url", path: "headline" },
    ] as InputMapping[];
    expect(sampleOf({ payload: PAYLOAD }, mappings, 200, notes)).toEqual({ text: "", media: [] });
    expect([...notes.missing]).toEqual([
      ["text (title)", 1],
      ["image_url (headline)", 1],
    ]);
  });

  it("are cut to the length asked for, between characters", () => {
    expect(sample([{ input_key: "text", path: "headline" }], 8).text).toBe("Sea ice…");
    expect(shortened("ab😀cd", 4)).toBe("ab…");
    expect(shortened("  a   b ", 50)).toBe("a b");
  });
});

describe("a payload without a mapping", () => {
  it("shows its readable texts, each once", () => {
    const notes = new InputNotes();
    const document = { payload: { id: "doc_1" }, texts: ["Green tea", "History", "Green tea"] };
    expect(sampleOf(document, null, 200, notes)).toEqual({ text: "Green tea · History", media: [] });
  });
});
