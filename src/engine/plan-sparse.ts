/** Plans how a sparse feature becomes a dense block: document frequencies, the leading singular vectors, the rows on them. */
import type { RunSpec, StageKind, StagePlan } from "../domain/run/types";
import { sparseBytes, thinBytes } from "../kernels/sparse/memory";
import { ISOLATE_SHARE, type Limits } from "./limits";
import { overRows } from "./plan-stage";
import { PAGE_ROWS, SLICE_BYTES, SLICE_ENTRIES } from "./sparse/feature";
import { COMPONENTS, OVERSAMPLING } from "./sparse/subspace";
import { MOST_COLUMNS } from "./sparse/weighting";

/** These make no rows of a view. */
export const SPARSE_STAGES: StageKind[] = ["terms", "subspace", "embed"];

/** Rows of a task: its sums are written whatever it reads, so a task reads many; of long texts no more than a minute's. */
const TASK_ROWS = 16_384;
/** Entries that a document is reckoned with: the words, pairs and n-grams of a paragraph; what models give. */
const ENTRIES_A_ROW = { tfidf: 700, none: 150 };
/** Entries that are read a millisecond, and multiply-adds. Measured; see docs/design/sparse.md. */
const ENTRIES_PER_MS = 10e3;
const MULTIPLIED_PER_MS = 1e6;
/** Rounds at most, as many products as `TruncatedSVD` of scikit-learn makes: spectra of texts fall off so slowly that more find little. */
const MOST_ROUNDS = 6;

/** What of an isolate a task takes, as the kernels' share of it: their own memory, and that beside it. */
const isolateBytes = (kernel: number, heap: number): number => Math.max(kernel, (kernel + heap) / ISOLATE_SHARE);

export const sparseStages = ({ features }: RunSpec, rows: number, limits: Limits): StagePlan[] =>
  features.flatMap(({ name, sparse }, feature) => {
    if (!sparse) return [];
    const columns = Math.min(sparse.indices, MOST_COLUMNS);
    const width = COMPONENTS + OVERSAMPLING;
    const page = sparseBytes(PAGE_ROWS, columns, SLICE_ENTRIES, width);
    // Beside the kernels' memory: what is read, and the column of each index.
    const heap = SLICE_BYTES + 4 * sparse.indices;
    const taskRows = Math.min(TASK_ROWS, limits.shardRows);
    const entries = rows * ENTRIES_A_ROW[sparse.weighting];
    const read = entries / ENTRIES_PER_MS;
    const multiplied = (entries * width) / MULTIPLIED_PER_MS;
    const params = { feature };
    const text = sparse.weighting === "tfidf";
    return [
      overRows("terms", rows, taskRows, {
        method: `${name}: documents of each of ${sparse.indices} indices${text ? ", for TF-IDF weights" : ""}`,
        cpuMs: read,
        taskBytes: 8 * sparse.indices + SLICE_BYTES,
        reduce: true,
        result: `terms/${feature}`,
        params,
      }),
      overRows("subspace", rows, taskRows, {
        method: `${name}: ${COMPONENTS} components by randomised truncated SVD of the ${text ? "TF-IDF matrix" : "values as given"}, ${OVERSAMPLING} more carried along`,
        cpuMs: 5 * (read + 2 * multiplied) + (columns * width * width) / MULTIPLIED_PER_MS,
        // A shard's sums are copied out before they are written.
        taskBytes: isolateBytes(2 * thinBytes(columns, width) + page, heap + thinBytes(columns, width)),
        reduce: true,
        maxRounds: MOST_ROUNDS,
        exact: false,
        result: `subspace/${feature}`,
        params,
      }),
      overRows("embed", rows, taskRows, {
        method: `${name}: documents on the components`,
        cpuMs: read + multiplied,
        taskBytes: isolateBytes(
          thinBytes(columns, COMPONENTS) + page,
          heap + 8 * PAGE_ROWS * COMPONENTS + 4 * Math.min(rows, taskRows) * COMPONENTS,
        ),
        reduce: true,
        result: `embed/${feature}`,
        params,
      }),
    ];
  });
