import { ShoalError } from "../domain/errors";

/** Maps with at most `width` calls under way at once; results in the items' order. */
export async function mapLimited<T, R>(items: readonly T[], width: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await map(items[at]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}

/** Each lost attempt means that another change succeeded. */
const ATTEMPTS = 10;

/**
 * Repeats a read, change and write until nobody else wrote in between.
 *
 * @param attempt answers null when what it read had changed before it wrote
 */
export async function untilUndisturbed<T>(attempt: (isFirst: boolean) => Promise<T | null>): Promise<T> {
  for (let i = 0; i < ATTEMPTS; i++) {
    const result = await attempt(i === 0);
    if (result !== null) return result;
  }
  throw new ShoalError("store_unavailable", "It is being changed by others all the time; try again.", {
    retry_after_seconds: 1,
  });
}
