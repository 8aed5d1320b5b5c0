import { describe, expect, it } from "vitest";
import { followRef } from "../../web/public/docs/refs.js";
import { bounds, schemaChildren, schemaNode } from "../../web/public/docs/schema-tree.js";

const document = {
  components: {
    schemas: {
      Warning: { type: "object", properties: { msg: { type: "string" } }, required: ["msg"] },
      Status: { type: "string", enum: ["pending", "completed"] },
      Node: {
        type: "object",
        properties: { children: { type: "array", items: { $ref: "#/components/schemas/Node" } } },
      },
      Alias: { $ref: "#/components/schemas/Status" },
      "a/b~c": { type: "boolean" },
      Loop: { $ref: "#/components/schemas/Loop" },
    },
  },
};
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const names = (schema: object) => schemaChildren(document, schemaNode(document, schema)).map(({ name }) => name);

describe("followRef", () => {
  it("follows chains, keeps what stands beside the reference and unescapes pointers", () => {
    expect(followRef(document, { ...ref("Alias"), description: "Of the run" }).value).toEqual({
      type: "string",
      enum: ["pending", "completed"],
      description: "Of the run",
    });
    expect(followRef(document, { $ref: "#/components/schemas/a~1b~0c" }).value).toEqual({ type: "boolean" });
  });

  it("gives up on a reference to itself, to nothing and to another document", () => {
    expect(followRef(document, ref("Loop")).refs.length).toBeLessThan(100);
    expect(followRef(document, ref("Nothing")).value).toEqual(ref("Nothing"));
    expect(followRef(document, { $ref: "other.json#/a" }).refs).toEqual([]);
  });
});

describe("schemaNode", () => {
  it.each([
    [{ type: "integer", minimum: 1 }, "integer"],
    [{ type: "string", format: "date-time" }, "string <date-time>"],
    [{ type: ["string", "null"] }, "string | null"],
    [{ anyOf: [{ type: "number" }, { type: "null" }] }, "number | null"],
    [{ anyOf: [{ type: "string" }, { type: "integer" }] }, "string | integer"],
    [{ type: "array", items: ref("Warning") }, "array of Warning"],
    [{ type: "object", additionalProperties: { type: "number" } }, "map of number"],
    [{ const: "kmeans" }, '"kmeans"'],
    [{}, "any"],
    [ref("Alias"), "string"],
  ])("names the type of %j: %s", (schema, label) => {
    expect(schemaNode(document, schema).type).toBe(label);
  });

  it("unfolds an object's properties and says which are required", () => {
    const [child] = schemaChildren(document, schemaNode(document, ref("Warning")));
    expect(child).toMatchObject({ name: "msg", required: true, type: "string", expandable: false });
  });

  it("unfolds an array of objects straight to their properties", () => {
    expect(names({ type: "array", items: ref("Warning") })).toEqual(["msg"]);
  });

  it("merges allOf, the schema's own keywords winning", () => {
    const schema = {
      allOf: [ref("Warning"), { properties: { loc: { type: "string" } }, required: ["loc"] }],
      description: "Own",
    };
    const node = schemaNode(document, schema);
    expect(node.description).toBe("Own");
    expect(schemaChildren(document, node).map(({ name, required }) => [name, required])).toEqual([
      ["msg", true],
      ["loc", true],
    ]);
  });

  it("shows alternatives by title, and none where the label says it all", () => {
    const forms = { anyOf: [{ title: "Flat", properties: { a: { type: "string" } } }, ref("Warning")] };
    expect(names(forms)).toEqual(["Flat", "Warning"]);
    expect(names({ anyOf: [{ type: "string" }, { type: "integer" }] })).toEqual([]);
  });

  it("keeps the description beside a nullable reference", () => {
    const node = schemaNode(document, { anyOf: [ref("Status"), { type: "null" }], description: "Of the newest run" });
    expect(node).toMatchObject({
      description: "Of the newest run",
      type: "string | null",
      values: ["pending", "completed"],
    });
  });

  it("stops at a schema that contains itself", () => {
    const [children] = schemaChildren(document, schemaNode(document, ref("Node")));
    expect(children).toMatchObject({ name: "children", type: "array of Node", expandable: false });
  });
});

describe("bounds", () => {
  it("words limits, and leaves out the ends of the safe integers", () => {
    expect(bounds({ minimum: 1, maximum: 1000 })).toEqual(["≥ 1", "≤ 1000"]);
    expect(bounds({ minimum: 0, exclusiveMaximum: 1, minItems: 1, maxLength: 2 })).toEqual([
      "≥ 0",
      "< 1",
      "at most 2 characters",
      "at least 1 item",
    ]);
    expect(bounds({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })).toEqual([]);
  });
});
