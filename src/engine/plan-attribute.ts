/** Plans an attribute run: a GROUP BY over the frozen attribute values, merged across shards and collections. */
import type { Labeling } from "../domain/definition/labeling";
import type { AttributeConfig } from "../domain/definition/model";
import type { Shape, StagePlan } from "../domain/run/types";
import type { Limits } from "./limits";
import { EXPECTED_CLUSTERS } from "./methods/method";
import { namingStages } from "./plan-naming";
import { overRows, type PlannedStages, single } from "./plan-stage";
import { shardRowsOf } from "./shards";

/** Rows a millisecond that a task reads and groups. */
const ROWS_PER_MS = 100;
const TASK_BYTES = 24 * 1024 * 1024;

export function planAttributes(
  config: AttributeConfig,
  labeling: Labeling | null,
  { rows }: Shape,
  limits: Limits,
): PlannedStages {
  const shardRows = shardRowsOf(0, rows, false, limits);
  const cpuMs = rows / ROWS_PER_MS;
  const params = { limit: limits.groups };
  const stages: StagePlan[] = [];
  // The most frequent element of a list is known only once every value is counted.
  if (config.aggregation_method === "most_frequent")
    stages.push(
      overRows("values", rows, shardRows, {
        method: "frequency of every attribute value",
        cpuMs,
        taskBytes: TASK_BYTES,
        reduce: true,
        params,
      }),
    );
  const shape = config.hierarchical_grouping ? "nested groups, one level an attribute" : "one group a combination";
  stages.push(
    overRows("group", rows, shardRows, {
      method: `group by ${config.attributes.join(", ")}: ${shape}`,
      cpuMs,
      taskBytes: TASK_BYTES,
      reduce: true,
      params,
    }),
    ...namingStages(rows, Math.min(rows, EXPECTED_CLUSTERS), labeling),
    single("persist", { method: "Parquet", cpuMs: rows / 200 + 20, taskBytes: TASK_BYTES }),
  );
  return { fittedRows: rows, views: [], map: null, shardRows, stages };
}
