/** A schema with its references followed, its `allOf` merged and its alternatives told apart from `null`. */
import { followRef, refName } from "./refs.js";

/**
 * @typedef {object} FlatSchema
 * @property {any} schema keywords after merging, without `allOf`, `anyOf`, `oneOf`
 * @property {string | null} name of the component, or the schema's title
 * @property {string[]} refs references followed on the way, to notice recursion
 * @property {string[]} types JSON types without "null"; empty where any is allowed
 * @property {boolean} nullable
 * @property {any[] | null} variants alternatives, null where there is but one form
 */

/** @param {object} document @param {any} schema @returns {FlatSchema} */
export function flatten(document, schema) {
  const { value, refs } = followRef(document, schema === true || schema === undefined ? {} : schema);
  const followed = [...refs];
  const { allOf = [], anyOf, oneOf, ...own } = value === false ? { not: {} } : value;
  let merged = {};
  let alternatives = anyOf ?? oneOf ?? null;
  let nullable = false;
  for (const part of allOf) {
    const flat = flatten(document, part);
    followed.push(...flat.refs);
    merged = mergeKeywords(merged, flat.schema);
    alternatives ??= flat.variants;
    nullable ||= flat.nullable;
  }
  merged = mergeKeywords(merged, own);
  const types = listOf(merged.type);
  nullable ||= types.includes("null");
  const variants = alternatives?.filter((variant) => !isNull(variant)) ?? null;
  nullable ||= variants !== null && variants.length < alternatives.length;
  const flat = {
    schema: merged,
    name: refs.length > 0 ? refName(refs[refs.length - 1]) : (merged.title ?? null),
    refs: followed,
    types: types.filter((type) => type !== "null"),
    nullable,
    variants,
  };
  return variants?.length === 1 ? unwrap(document, flat) : flat;
}

/** `anyOf: [X, null]` is X, nullable, with the description that stands beside the `anyOf`. */
function unwrap(document, { schema, name, refs, nullable, variants }) {
  const only = flatten(document, variants[0]);
  return {
    ...only,
    schema: mergeKeywords(only.schema, schema),
    name: only.name ?? name,
    refs: [...refs, ...only.refs],
    nullable: nullable || only.nullable,
  };
}

function mergeKeywords(base, over) {
  const merged = { ...base, ...over };
  if (base.properties && over.properties) merged.properties = { ...base.properties, ...over.properties };
  if (base.required && over.required) merged.required = [...new Set([...base.required, ...over.required])];
  return merged;
}

const listOf = (type) => (type === undefined ? [] : [type].flat());
const isNull = (schema) => schema?.type === "null" || schema?.const === null;
