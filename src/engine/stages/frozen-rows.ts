/** The rows of a run across its collections: one numbering, collection after collection, each in its snapshot's order. */
import type { FrozenPage } from "../../documents/contract";
import type { TaskContext } from "../context";

/** Rows of a page: far below the 32 MiB of an RPC for ids, and small beside a slice of vectors. */
const PAGE_ROWS = 8_192;

export interface PageOfRows {
  /** First row of the page in the run's numbering. */
  from: number;
  page: FrozenPage;
}

/** Pages of rows [from, to), of at most `pageRows` rows, the next one on its way while one is used. */
export async function* frozenPages(
  context: TaskContext,
  span: { from: number; to: number },
  pageRows = PAGE_ROWS,
): AsyncGenerator<PageOfRows> {
  const wanted = [...pageRanges(context, span, Math.min(pageRows, PAGE_ROWS))];
  const fetch = async ({ collectionId, start, from, to }: PageRange): Promise<PageOfRows> => ({
    from: start + from,
    page: await context.collection(collectionId).frozen(context.spec.runId, from, to),
  });
  let ahead = wanted[0] ? fetch(wanted[0]) : null;
  for (let i = 0; ahead; i++) {
    const current = await ahead;
    const next = wanted[i + 1];
    ahead = next ? fetch(next) : null;
    ahead?.catch(() => undefined);
    yield current;
  }
}

interface PageRange {
  collectionId: string;
  /** First row of the collection in the run's numbering. */
  start: number;
  from: number;
  to: number;
}

function* pageRanges(
  { spec, plan }: TaskContext,
  span: { from: number; to: number },
  rows: number,
): Generator<PageRange> {
  let start = 0;
  for (const [i, { collectionId }] of spec.collections.entries()) {
    const count = plan.shape.perCollection[i] ?? 0;
    const end = Math.min(span.to - start, count);
    for (let from = Math.max(span.from - start, 0); from < end; from += rows)
      yield { collectionId, start, from, to: Math.min(from + rows, end) };
    start += count;
  }
}
