/** A schema as the tree that a reader unfolds: pure data, one level at a time, so that recursive schemas cost nothing. */
import { flatten } from "./schema-flat.js";

/**
 * @typedef {object} SchemaNode
 * @property {string | null} name property, parameter or variant name
 * @property {"root" | "property" | "variant" | "item" | "map"} role
 * @property {boolean} required
 * @property {boolean} deprecated
 * @property {string} type as shown: `integer`, `string <date-time> | null`, `array of Warning`
 * @property {string[]} bounds as shown: `≥ 1`, `at most 10 items`
 * @property {unknown[]} values of an enum; empty otherwise
 * @property {string | null} description
 * @property {unknown} fallback the default; undefined where there is none
 * @property {unknown} example undefined where there is none
 * @property {boolean} recursive it contains itself: not unfolded again
 * @property {boolean} expandable
 * @property {import("./schema-flat.js").FlatSchema} flat
 * @property {string[]} trail references that lead here
 */

/**
 * @param {object} document OpenAPI document
 * @param {any} schema
 * @param {{ name?: string | null, role?: SchemaNode["role"], required?: boolean, trail?: string[] }} [place]
 * @returns {SchemaNode}
 */
export function schemaNode(document, schema, { name = null, role = "root", required = false, trail = [] } = {}) {
  const flat = flatten(document, schema);
  const recursive = flat.refs.some((ref) => trail.includes(ref));
  const node = {
    name,
    role,
    required,
    deprecated: flat.schema.deprecated === true,
    type: typeLabel(document, flat),
    bounds: bounds(flat.schema),
    values: (flat.schema.enum ?? []).filter((value) => value !== null),
    description: flat.schema.description ?? null,
    fallback: flat.schema.default,
    example: flat.schema.example ?? flat.schema.examples?.[0],
    recursive,
    expandable: false,
    flat,
    trail: [...trail, ...flat.refs],
  };
  node.expandable = !recursive && schemaChildren(document, node).length > 0;
  return node;
}

/** What unfolds under `node`. @param {object} document @param {SchemaNode} node @returns {SchemaNode[]} */
export function schemaChildren(document, node) {
  const { flat, trail } = node;
  const { schema, variants } = flat;
  if (node.recursive) return [];
  const child = (of, place) => schemaNode(document, of, { ...place, trail });
  const own = Object.entries(schema.properties ?? {}).map(([name, of]) =>
    child(of, { name, role: "property", required: schema.required?.includes(name) ?? false }),
  );
  if (isSchema(schema.additionalProperties)) {
    const values = child(schema.additionalProperties, { name: "any key", role: "map" });
    if (own.length > 0 || saysMore(values) || values.type !== "any") own.push(values);
  }
  if (isSchema(schema.items)) {
    const item = child(schema.items, { name: "each item", role: "item" });
    own.push(
      ...(item.expandable && !item.flat.variants ? schemaChildren(document, item) : saysMore(item) ? [item] : []),
    );
  }
  return [...own, ...variantNodes(child, variants ?? [])];
}

/** Alternatives; none where their types, which stand in the label already, are all that is to be said of them. */
function variantNodes(child, variants) {
  const nodes = variants.map((variant) => {
    const node = child(variant, { role: "variant" });
    return { ...node, name: node.flat.name ?? node.type };
  });
  return nodes.some((node) => node.expandable || saysMore(node)) ? nodes : [];
}

const saysMore = ({ expandable, bounds, values, description }) =>
  expandable || bounds.length > 0 || values.length > 0 || description !== null;

const isSchema = (value) => value !== null && typeof value === "object";

/** @param {object} document @param {import("./schema-flat.js").FlatSchema} flat @returns {string} */
function typeLabel(document, { schema, name, types, nullable, variants }) {
  const label = variants ? variantsLabel(document, variants) : plainLabel(document, schema, name, types);
  return nullable ? `${label} | null` : label;
}

function plainLabel(document, schema, name, types) {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (types.length === 0) return schema.properties ? (name ?? "object") : schema.enum ? "enum" : "any";
  return types
    .map((type) => {
      if (type === "array")
        return `array of ${schema.items ? typeLabel(document, flatten(document, schema.items)) : "any"}`;
      if (type === "object") return name ?? (isMap(schema) ? mapLabel(document, schema) : "object");
      return schema.format ? `${type} <${schema.format}>` : type;
    })
    .join(" | ");
}

const isMap = (schema) => isSchema(schema.additionalProperties) && schema.properties === undefined;
const mapLabel = (document, schema) => `map of ${typeLabel(document, flatten(document, schema.additionalProperties))}`;

const LABELLED_VARIANTS = 3;

function variantsLabel(document, variants) {
  const labels = new Set(variants.map((variant) => typeLabel(document, flatten(document, variant))));
  return labels.size <= LABELLED_VARIANTS ? [...labels].join(" | ") : `one of ${variants.length} forms`;
}

const BOUNDS = [
  ["minimum", (n) => (isSafeLimit(n) ? null : `≥ ${n}`)],
  ["exclusiveMinimum", (n) => `> ${n}`],
  ["maximum", (n) => (isSafeLimit(n) ? null : `≤ ${n}`)],
  ["exclusiveMaximum", (n) => `< ${n}`],
  ["multipleOf", (n) => `multiple of ${n}`],
  ["minLength", (n) => `at least ${counted(n, "character")}`],
  ["maxLength", (n) => `at most ${counted(n, "character")}`],
  ["pattern", (pattern) => `matches ${pattern}`],
  ["minItems", (n) => `at least ${counted(n, "item")}`],
  ["maxItems", (n) => `at most ${counted(n, "item")}`],
  ["uniqueItems", (unique) => (unique ? "all different" : null)],
  ["minProperties", (n) => `at least ${counted(n, "key")}`],
  ["maxProperties", (n) => `at most ${counted(n, "key")}`],
];

/** @param {any} schema @returns {string[]} */
export const bounds = (schema) =>
  BOUNDS.flatMap(([keyword, say]) => (schema[keyword] === undefined ? [] : (say(schema[keyword]) ?? [])));

/** Generators write the safe integers' ends as bounds of every integer: true, and of no use to a reader. */
const isSafeLimit = (n) => Math.abs(n) === Number.MAX_SAFE_INTEGER;
const counted = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
