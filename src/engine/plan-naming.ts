/** Plans what names the clusters once every row has its own. */
import { type Labeling, modelOf } from "../domain/definition/labeling";
import type { StageKind, StagePlan } from "../domain/run/types";
import { expectedRequests } from "../labeling/llm/batches";
import { single } from "./plan-stage";

/** Documents whose words are counted, of all clusters together; see docs/design/labels.md. */
export const SAMPLED_ROWS = 20_000;
/** Words and their counts, a page of rows and the texts of some documents. */
const KEYWORDS_BYTES = 24 * 1024 * 1024;
/** Rows that are looked through, and documents whose words are counted, a millisecond. */
const LOOKED_PER_MS = 1_000;
const COUNTED_PER_MS = 40;

/** What follows once the rows have their clusters, places and measures: it works on the whole run, and touches no matrix. */
export const FINAL_STAGES: StageKind[] = ["keywords", "naming", "persist"];

/** Prompts, replies and the texts of the samples. */
const NAMING_BYTES = 24 * 1024 * 1024;
/** Making a cluster's part of a prompt and reading its answer. */
const NAMING_MS = 2;
/** Rounds of a minute: more than any provider needs for the clusters that a run may have. */
const NAMING_ROUNDS = 240;
/** What a cluster is shown on average where that is left to its size. */
const USUAL_SAMPLES = 8;

/** @param clusters as many as the method is expected to find */
export function namingStages(rows: number, clusters: number, labeling: Labeling | null): StagePlan[] {
  const sampled = Math.min(rows, SAMPLED_ROWS);
  const of = sampled < rows ? `a seeded sample of about ${SAMPLED_ROWS} documents` : "all documents";
  return [
    single("keywords", {
      method: `class-based TF-IDF over the texts of ${of}`,
      cpuMs: rows / LOOKED_PER_MS + sampled / COUNTED_PER_MS,
      taskBytes: KEYWORDS_BYTES,
      params: { sampledRows: SAMPLED_ROWS },
    }),
    ...(labeling?.enabled ? [modelStage(clusters, labeling)] : []),
  ];
}

function modelStage(clusters: number, labeling: Labeling): StagePlan {
  const { provider, model } = modelOf(labeling);
  const samples = labeling.max_samples_per_cluster ?? USUAL_SAMPLES;
  const requests = expectedRequests(clusters, samples, labeling.sample_text_max_length);
  const again = labeling.use_embedding_dedup ? " and those for labels that are too much alike" : "";
  return single("naming", {
    method: `labels by ${provider} ${model}: about ${requests} requests for ${clusters} clusters${again}, fewer where answers are known`,
    cpuMs: NAMING_MS * clusters,
    taskBytes: NAMING_BYTES,
    maxRounds: NAMING_ROUNDS,
    params: { requests },
  });
}
