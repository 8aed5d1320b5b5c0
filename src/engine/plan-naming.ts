/** Plans what names the clusters once every row has its own. */
import type { StageKind, StagePlan } from "../domain/run/types";
import { single } from "./plan-stage";

/** Documents whose words are counted, of all clusters together; see docs/design/labels.md. */
export const SAMPLED_ROWS = 20_000;
/** Words and their counts, a page of rows and the texts of some documents. */
const KEYWORDS_BYTES = 24 * 1024 * 1024;
/** Rows that are looked through, and documents whose words are counted, a millisecond. */
const LOOKED_PER_MS = 1_000;
const COUNTED_PER_MS = 40;

/** What follows once the rows have their clusters, places and measures: it works on the whole run, and touches no matrix. */
export const FINAL_STAGES: StageKind[] = ["keywords", "persist"];

export function namingStages(rows: number): StagePlan[] {
  const sampled = Math.min(rows, SAMPLED_ROWS);
  const of = sampled < rows ? `a seeded sample of about ${SAMPLED_ROWS} documents` : "all documents";
  return [
    single("keywords", {
      method: `class-based TF-IDF over the texts of ${of}`,
      cpuMs: rows / LOOKED_PER_MS + sampled / COUNTED_PER_MS,
      taskBytes: KEYWORDS_BYTES,
      params: { sampledRows: SAMPLED_ROWS },
    }),
  ];
}
