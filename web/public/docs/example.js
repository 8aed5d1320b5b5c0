/** A plausible value of a schema, for the panels beside an operation where its author gave none. */
import { flatten } from "./schema-flat.js";

const MAX_DEPTH = 6;
/** Optional properties without an example or default are left out of a request; an answer shows all. */
const BY_FORMAT = {
  "date-time": "2026-11-21T13:20:40.122000Z",
  date: "2026-11-21",
  binary: "…",
  uri: "https://example.com",
};

/**
 * @param {object} document @param {any} schema
 * @param {{ optional?: boolean }} [options] `optional`: include properties that are not required and say nothing of themselves
 * @returns {unknown} undefined where nothing sensible can be said
 */
export function exampleOf(document, schema, { optional = false } = {}) {
  return sample(schema, [], 0);

  function sample(of, trail, depth) {
    const { schema, refs, types, variants, nullable } = flatten(document, of);
    const given = schema.example ?? schema.examples?.[0] ?? schema.const ?? schema.default;
    if (given !== undefined) return given;
    if (depth > MAX_DEPTH || refs.some((ref) => trail.includes(ref))) return undefined;
    const next = [...trail, ...refs];
    if (variants?.length > 0) return sample(variants[0], next, depth);
    if (schema.enum) return schema.enum[0];
    const type = types[0] ?? (schema.properties ? "object" : undefined);
    switch (type) {
      case "object":
        return sampleObject(schema, next, depth);
      case "array": {
        const item = sample(schema.items ?? {}, next, depth + 1);
        return item === undefined ? [] : [item];
      }
      case "string":
        return nullable ? null : (BY_FORMAT[schema.format] ?? "string");
      case "integer":
      case "number":
        return nullable ? null : Math.max(schema.minimum ?? 0, Math.min(0, schema.maximum ?? 0));
      case "boolean":
        return false;
      default:
        return nullable ? null : undefined;
    }
  }

  function sampleObject({ properties = {}, required = [] }, trail, depth) {
    const entries = Object.entries(properties).flatMap(([name, of]) => {
      const { schema } = flatten(document, of);
      const says = schema.example !== undefined || schema.examples !== undefined;
      if (!optional && !says && !required.includes(name)) return [];
      const value = sample(of, trail, depth + 1);
      return value === undefined ? [] : [[name, value]];
    });
    return Object.fromEntries(entries);
  }
}
