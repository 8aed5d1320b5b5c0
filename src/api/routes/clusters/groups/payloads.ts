/** Payloads of documents beside the clusters that they are in. */
import type { CollectionStoreApi } from "../../../../documents/contract";

/** Characters of a text, and of all that is shown of a payload. */
const TEXT_CHARACTERS = 200;
const PAYLOAD_CHARACTERS = 1_000;

/** JSON texts in the order of the ids, however many answers they take. */
export async function payloadsOf(
  store: Pick<CollectionStoreApi, "payloads">,
  documentIds: string[],
): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  while (found.length < documentIds.length) found.push(...(await store.payloads(documentIds.slice(found.length))));
  return found;
}

/** The fields that come first and fit, long texts cut. */
export function smallPayload(text: string): Record<string, unknown> {
  const small: Record<string, unknown> = {};
  let left = PAYLOAD_CHARACTERS;
  for (const [key, value] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
    const own =
      typeof value === "string" && value.length > TEXT_CHARACTERS ? `${value.slice(0, TEXT_CHARACTERS)}…` : value;
    const length = key.length + JSON.stringify(own).length;
    if (length > left) continue;
    left -= length;
    small[key] = own;
  }
  return small;
}
