/** Values of a document by dot path. A number is an index of a list; `images[0].url` is `images.0.url`. */

export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const key of path.replace(/\[(\d+)\]/g, ".$1").split(".")) {
    if (Array.isArray(value)) value = /^\d+$/.test(key) ? value[Number(key)] : undefined;
    else if (value !== null && typeof value === "object" && Object.hasOwn(value, key))
      value = (value as Record<string, unknown>)[key];
    else return undefined;
  }
  return value;
}

const BLOBS = ["document_blobs", "source_blobs"];

/** A blob path begins with the list's name, or is of the first blob of either, derived ones before the originals. */
export function blobValueAt(payload: Record<string, unknown>, path: string): unknown {
  if (!/^(\d+|\[\d+\])/.test(path)) return valueAt(payload, path);
  const from = path.startsWith("[") ? (list: string) => `${list}${path}` : (list: string) => `${list}.${path}`;
  for (const list of BLOBS) {
    const value = valueAt(payload, from(list));
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}
