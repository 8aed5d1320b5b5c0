/** `$ref`s of an OpenAPI document: https://spec.openapis.org/oas/v3.1.1#reference-object */

/** How many references may point to one another before the chain counts as broken. */
const MAX_CHAIN = 32;

/**
 * Follows `value.$ref` within `document` to what it names. Keywords beside a `$ref` override what is referred to, as
 * JSON Schema 2020-12 has it. What cannot be followed (another document, a missing target) stays as it is.
 *
 * @param {object} document @param {any} value
 * @returns {{ value: any, refs: string[] }} the target, and the references passed on the way
 */
export function followRef(document, value) {
  const refs = [];
  let current = value;
  while (typeof current?.$ref === "string" && refs.length < MAX_CHAIN) {
    const target = atPointer(document, current.$ref);
    if (target === undefined) break;
    refs.push(current.$ref);
    const { $ref: _, ...beside } = current;
    current = { ...target, ...beside };
  }
  return { value: current, refs };
}

/** `#/components/schemas/Cluster` → `Cluster` */
export const refName = (ref) => unescapePointer(ref.slice(ref.lastIndexOf("/") + 1));

function atPointer(document, ref) {
  if (!ref.startsWith("#/")) return undefined;
  let value = document;
  for (const part of ref.slice(2).split("/")) value = value?.[unescapePointer(part)];
  return value;
}

const unescapePointer = (part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
