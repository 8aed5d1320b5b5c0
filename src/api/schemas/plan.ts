/** The engine's plan as the API answers it. */
import { z } from "@hono/zod-openapi";
import type { Plan } from "../../domain/run/types";
import { Warning } from "./common";

const Shape = z
  .object({
    rows: z.int().openapi({ description: "Documents that take part." }),
    noise_rows: z.int().openapi({ description: "Set aside before clustering: zero vectors, compared by direction." }),
    missing_rows: z.int().openapi({ description: "Left out: they lack a vector of the feature." }),
    dimensions: z.int().openapi({ description: "Of the concatenated features; 0 for an attribute run." }),
    per_collection: z.array(z.int()).openapi({ description: "Rows of each collection, in the definition's order." }),
  })
  .openapi("PlanShape", { description: "Counted now." });

const Stage = z
  .object({
    kind: z.string(),
    tasks: z.int().openapi({ description: "Map tasks of a round." }),
    reduce: z.boolean(),
    max_rounds: z.int(),
    task_bytes: z.number().openapi({ description: "Largest memory of one task, in bytes." }),
    cpu_ms: z.number(),
    exact: z.boolean(),
    method: z.string(),
  })
  .openapi("PlanStage");

const View = z
  .object({
    dimensions: z.int(),
    shards: z.int().openapi({ description: "Pieces that it is worked on in; 1 where one isolate holds it." }),
    stored: z.boolean().openapi({ description: "Whether it is written down between stages." }),
  })
  .openapi("PlanView", { description: "The rows as they are gathered, then after each step of the preparation." });

const PlanMap = z.object({ method: z.enum(["pca", "umap", "tsne"]), n_components: z.int() }).openapi("PlanMap", {
  description: "How the map is drawn: a PCA where the documents are too few or too many for what was asked.",
});

const Estimate = z
  .object({
    cpu_ms: z.number(),
    wall_ms: z.number(),
    r2_class_a: z.number(),
    r2_class_b: z.number(),
    queue_operations: z.number(),
    durable_object_requests: z.number(),
    cost_usd: z.number().openapi({ description: "US dollars at list prices." }),
  })
  .openapi("PlanEstimate");

export const PlanBody = z
  .object({
    version: z.int(),
    shape: Shape,
    fitted_rows: z
      .int()
      .openapi({ description: "Rows that the method is fitted on; any others are assigned to what it found." }),
    shard_rows: z.int(),
    shards: z.int(),
    views: z.array(View),
    map: PlanMap.nullable(),
    stages: z.array(Stage),
    estimate: Estimate,
    exact: z.boolean().openapi({ description: "Whether every stage is." }),
    notes: z.array(z.string()),
  })
  .openapi("Plan");

export const PlanResponse = z
  .object({ cluster_id: z.string(), plan: PlanBody, warnings: z.array(Warning) })
  .openapi("ClusterPlan");

export function renderPlan({ shape, stages, estimate, ...plan }: Plan): z.input<typeof PlanBody> {
  return {
    version: plan.version,
    shape: {
      rows: shape.rows,
      noise_rows: shape.noiseRows,
      missing_rows: shape.missingRows,
      dimensions: shape.dimensions,
      per_collection: shape.perCollection,
    },
    fitted_rows: plan.fittedRows,
    shard_rows: plan.shardRows,
    shards: plan.shards,
    views: plan.views.map(({ dimensions, shards, stored }) => ({ dimensions, shards, stored })),
    map: plan.map && { method: plan.map.method, n_components: plan.map.components },
    stages: stages.map(({ kind, tasks, reduce, maxRounds, taskBytes, cpuMs, exact, method }) => ({
      kind,
      tasks,
      reduce,
      max_rounds: maxRounds,
      task_bytes: taskBytes,
      cpu_ms: cpuMs,
      exact,
      method,
    })),
    estimate: {
      cpu_ms: estimate.cpuMs,
      wall_ms: estimate.wallMs,
      r2_class_a: estimate.r2ClassA,
      r2_class_b: estimate.r2ClassB,
      queue_operations: estimate.queueOperations,
      durable_object_requests: estimate.durableObjectRequests,
      cost_usd: estimate.costUsd,
    },
    exact: plan.exact,
    notes: plan.notes,
  };
}
