import { expect, it } from "vitest";
import type { z } from "zod";
import type { ExecutionResponse } from "../../src/api/schemas/execution";
import { runFacts } from "../../web/public/explorer/run-panel.js";

it("reads a run's facts from the fields that an execution has", () => {
  const execution = {
    num_clusters: 3,
    num_points: 1797,
    noise_points: 0,
    execution_time_ms: 1302,
    metrics: { silhouette_score: 0.1297, davies_bouldin_index: 2.399, calinski_harabasz_score: 228.2 },
  } satisfies Partial<z.input<typeof ExecutionResponse>>;
  expect(runFacts(execution).slice(0, 4)).toEqual([
    ["Clusters", "3"],
    ["Documents", "1,797"],
    ["Noise", "none"],
    ["Took", "1.3 s"],
  ]);
});
