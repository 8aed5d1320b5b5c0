/** Dot paths into JSON documents: `metadata.tags`, `items.0.price`. */

/** What a path leads to. Arrays on the way are entered element by element, unless the next segment is an index. */
export function resolve(document: unknown, segments: readonly string[]): unknown[] {
  let found: unknown[] = [document];
  for (const segment of segments) {
    const next: unknown[] = [];
    for (const value of found) step(value, segment, next);
    if (next.length === 0) return next;
    found = next;
  }
  return found;
}

/** The first value at a path, arrays not entered: what sorting and grouping look at. Undefined when there is none. */
export function valueAt(document: unknown, segments: readonly string[]): unknown {
  let value = document;
  for (const segment of segments) {
    if (Array.isArray(value) && isIndex(segment)) value = value[Number(segment)];
    else if (isObject(value) && Object.hasOwn(value, segment)) value = value[segment];
    else return undefined;
  }
  return value;
}

export const splitPath = (field: string): string[] => field.split(".");

export const isIndex = (segment: string): boolean => /^(0|[1-9]\d{0,8})$/.test(segment);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function step(value: unknown, segment: string, into: unknown[]): void {
  if (Array.isArray(value)) {
    if (isIndex(segment)) {
      const index = Number(segment);
      if (index < value.length) into.push(value[index]);
    } else {
      for (const element of value) if (isObject(element)) step(element, segment, into);
    }
  } else if (isObject(value) && Object.hasOwn(value, segment)) {
    into.push(value[segment]);
  }
}
