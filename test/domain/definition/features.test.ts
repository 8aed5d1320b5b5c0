import { describe, expect, it } from "vitest";
import { resolveFeatures } from "../../../src/domain/definition/features";
import { define, ONE, PIXELS, refusal, TWO, vectorBody } from "./support";

const loc = ["body", "vector_config", "feature_uris", 0];
const TEXT = "mixpeek://passthrough@v1/text";

describe("features", () => {
  it.each([
    ["by URI", PIXELS, PIXELS, false],
    ["by name", "text", TEXT, false],
    ["by another extractor's URI with the same output", "mixpeek://text_extractor@v1/text", TEXT, true],
    ["by extractor and output", { extractor: "passthrough", version: "v1", output: "text" }, TEXT, false],
    ["by extractor of another version", { extractor: "clip", version: "1.0.0", output: "text" }, TEXT, true],
  ])("are found %s", (_, request, uri, warned) => {
    const { uris, warnings } = resolveFeatures([{ request, loc }], TWO);
    expect(uris).toEqual([uri]);
    expect(warnings.length > 0).toBe(warned);
  });

  describe("of the text extractor", () => {
    const uri = (name: string) => `mixpeek://text_extractor@v1/${name}`;
    const feature = (name: string, dimensions: number) => ({ uri: uri(name), name, dimensions });
    const lexical = { ...feature("lexical", 262_144), kind: "sparse" as const };
    const dense = feature("text_embedding", 3);
    const E5 = "multilingual_e5_large_instruct_v1";

    it.each([
      ["another output, without a dense feature", uri("text_embedding"), [lexical], uri("lexical"), true],
      ["another output, beside a dense feature", uri(E5), [lexical, dense], uri("text_embedding"), true],
      ["the dense feature by its name", uri("text_embedding"), [lexical, dense], uri("text_embedding"), false],
      ["the lexical feature by its name", uri("lexical"), [lexical, dense], uri("lexical"), false],
      [
        "no output, beside a dense feature",
        { extractor: "text_extractor" },
        [lexical, dense],
        uri("text_embedding"),
        true,
      ],
      [
        "no output, beside another extractor's",
        { extractor: "text_extractor" },
        [lexical, { uri: PIXELS, name: "pixels", dimensions: 3 }],
        uri("lexical"),
        true,
      ],
    ])("are found by %s", (_, request, features, expected, warned) => {
      const found = resolveFeatures([{ request, loc }], [{ collectionId: "col_a", features }]);
      expect(found.uris).toEqual([expected]);
      expect(found.warnings.length).toBe(warned ? 1 : 0);
    });

    it("are not those of another extractor", () => {
      const error = refusal(() => resolveFeatures([{ request: uri(E5), loc }], ONE));
      expect(error).toMatchObject({ code: "feature_not_found" });
    });

    it("are ambiguous with two models", () => {
      const features = [lexical, dense, feature("other", 5)];
      expect(() => resolveFeatures([{ request: uri(E5), loc }], [{ collectionId: "col_a", features }])).toThrow(
        /several/,
      );
    });
  });

  it("default to the single common one", () => {
    expect(resolveFeatures([], ONE)).toEqual({ uris: [PIXELS], warnings: [] });
    const error = refusal(() => resolveFeatures([], TWO));
    expect(error.code).toBe("feature_not_found");
    expect(error.message).toContain(`${PIXELS}, ${TEXT}`);
  });

  it("must be in every collection", () => {
    const error = refusal(() => resolveFeatures([{ request: "mixpeek://passthrough@v1/sound", loc }], TWO));
    expect(error).toMatchObject({ code: "feature_not_found", status: 422, issues: [{ loc }] });
    expect(error.message).toContain("is not a feature of col_a; choose from");
    expect(error.details).toEqual({ collections: ["col_a", "col_b"], choices: [PIXELS, TEXT] });
  });

  it("must be unambiguous", () => {
    const error = refusal(() => resolveFeatures([{ request: { extractor: "passthrough" }, loc }], TWO));
    expect(error.message).toContain("matches several features");
    expect(resolveFeatures([{ request: { extractor: "clip" }, loc }], ONE).uris).toEqual([PIXELS]);
    expect(refusal(() => resolveFeatures([{ request: { extractor: "clip" }, loc }], TWO)).code).toBe(
      "feature_not_found",
    );
  });

  it("count once", () => {
    const { uris, warnings } = resolveFeatures(
      [
        { request: PIXELS, loc },
        { request: "pixels", loc },
      ],
      TWO,
    );
    expect(uris).toEqual([PIXELS]);
    expect(warnings).toHaveLength(1);
  });

  it("carry weights keyed by any of their names, for clustered features only", () => {
    const body = (weights: unknown) =>
      vectorBody(
        { feature_uris: ["pixels", "text"], feature_weights: weights },
        { collection_ids: ["col_a", "col_b"] },
      );
    const { definition } = define(body({ pixels: 0.5, [TEXT]: 1 }), TWO);
    expect(definition.vector_config?.feature_weights).toEqual({ [PIXELS]: 0.5, [TEXT]: 1 });
    expect(refusal(() => define(body({ sound: 1 }), TWO)).issues[0]?.loc.at(-1)).toBe("sound");
  });

  it("of a collection named twice are used once", () => {
    const { definition, warnings } = define(vectorBody(), [...ONE, ...ONE]);
    expect(definition.collection_ids).toEqual(["col_a"]);
    expect(warnings[0]?.loc).toEqual(["body", "collection_ids"]);
  });
});
