/** Values of columnar files as JSON. */

/** A value of an Arrow or Parquet cell as JSON writes it; undefined for null, which leaves the key out. */
export function toJson(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  switch (typeof value) {
    case "bigint": {
      const number = Number(value);
      // Beyond 2^53 a JSON number would round: the digits are kept as text.
      return Number.isSafeInteger(number) ? number : value.toString();
    }
    case "number":
      return Number.isFinite(value) ? value : undefined;
    case "object":
      break;
    default:
      return value;
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (value instanceof Uint8Array) return base64(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>, orNull);
  if (Array.isArray(value)) return value.map(orNull);
  if (value instanceof Map) return fromEntries(value);
  const custom = (value as { toJSON?: () => unknown }).toJSON;
  if (typeof custom === "function") return toJson(custom.call(value));
  return fromEntries(Object.entries(value as object));
}

const orNull = (element: unknown): unknown => toJson(element) ?? null;

const fromEntries = (entries: Iterable<[unknown, unknown]>): Record<string, unknown> =>
  Object.fromEntries(Array.from(entries, ([key, value]) => [String(key), toJson(value)]));

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
