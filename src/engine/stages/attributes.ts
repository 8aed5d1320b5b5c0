/** Attribute values of documents as grouping sees them: one key (canonical JSON) an attribute, or none. */
import type { AttributeConfig } from "../../domain/definition/model";

/** Keys of the elements of one attribute's value: a list has several, a missing or null value has none. */
export function elementKeys(value: unknown): string[] {
  const elements = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
  return elements
    .filter((element) => element !== null && element !== undefined)
    .map((element) => JSON.stringify(element));
}

/** Frequencies of the element keys, one map an attribute. */
export type Frequencies = Map<string, number>[];

/** The one key of every attribute of a row, or null when the row lacks one. Ties in frequency go to the lower key. */
export function groupKeys(
  values: unknown[],
  method: AttributeConfig["aggregation_method"],
  frequencies: Frequencies,
): string[] | null {
  const keys: string[] = [];
  for (const [attribute, value] of values.entries()) {
    const elements = elementKeys(value);
    const key = elements.length > 1 ? chosen(elements, method, frequencies[attribute]) : elements[0];
    if (key === undefined) return null;
    keys.push(key);
  }
  return keys;
}

function chosen(
  elements: string[],
  method: AttributeConfig["aggregation_method"],
  frequencies: Map<string, number> | undefined,
): string | undefined {
  switch (method) {
    case "first":
      return elements[0];
    case "last":
      return elements.at(-1);
    case "most_frequent": {
      const count = (key: string) => frequencies?.get(key) ?? 0;
      return elements.reduce((best, key) =>
        count(key) > count(best) || (count(key) === count(best) && key < best) ? key : best,
      );
    }
    default:
      return method satisfies never;
  }
}

const LABEL_CHARACTERS = 100;

/** `Electronics_Apple`: the values of a combination, strings as they are, others as JSON. */
export function groupLabel(keys: string[]): string {
  const text = keys.map((key) => {
    const value: unknown = JSON.parse(key);
    return typeof value === "string" ? value : key;
  });
  return text.join("_").slice(0, LABEL_CHARACTERS);
}
