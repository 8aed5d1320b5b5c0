/** `response_shape`: what an answer holds beside the label, as words, as an example, or as JSON Schema. */
import { type JsonSchema, unsupported } from "./json-schema";

export type ResponseShape =
  /** The model is told; whatever it adds is kept. */
  | { kind: "words"; words: string }
  /** Answers are held to it. */
  | { kind: "schema"; schema: JsonSchema };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object with `properties`, or that says it is of type object, is a schema; any other is an example of an answer. */
export function readShape(shape: string | Record<string, unknown> | null | undefined): ResponseShape | null {
  if (shape === null || shape === undefined) return null;
  if (typeof shape === "string") return { kind: "words", words: shape };
  const given = isSchema(shape) ? shape : exampleSchema(shape);
  // A list of answers is what is asked for anyway: its items are the shape.
  const one = given.type === "array" && isObject(given.items) ? given.items : given;
  return { kind: "schema", schema: withLabel(one) };
}

/** What of a schema nobody checks. */
export const uncheckedKeywords = (shape: ResponseShape | null): string[] =>
  shape?.kind === "schema" ? unsupported(shape.schema) : [];

const isSchema = (shape: Record<string, unknown>): boolean =>
  isObject(shape.properties) ||
  shape.type === "object" ||
  (shape.type === "array" && isObject(shape.items)) ||
  typeof shape.$schema === "string";

/** A cluster without a label has no name, so a shape that does not mention one gets it. */
function withLabel(schema: JsonSchema): JsonSchema {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return {
    ...schema,
    properties: { label: { type: "string", minLength: 1 }, ...properties },
    required: required.includes("label") ? required : ["label", ...required],
  };
}

const TYPE_NAMES = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);

/** The schema of answers that look like the example: `"string"`, `"a | b | c"`, `["string"]`, `0.5`, nested objects. */
function exampleSchema(example: unknown): JsonSchema {
  if (Array.isArray(example)) return { type: "array", ...(example.length > 0 && { items: exampleSchema(example[0]) }) };
  if (isObject(example))
    return {
      type: "object",
      properties: Object.fromEntries(Object.entries(example).map(([key, value]) => [key, exampleSchema(value)])),
      required: Object.keys(example),
    };
  if (typeof example === "number") return { type: "number" };
  if (typeof example === "boolean") return { type: "boolean" };
  if (typeof example !== "string") return {};
  const choices = example.split("|").map((choice) => choice.trim());
  if (choices.length > 1 && choices.every((choice) => TYPE_NAMES.has(choice))) return { type: choices };
  if (choices.length > 1 && choices.every((choice) => choice !== "")) return { type: "string", enum: choices };
  return TYPE_NAMES.has(example.trim()) ? { type: example.trim() } : { type: "string", description: example };
}
