/**
 * List prices of the platform, in US dollars, and the kernels' speed that the planner reckons with.
 * https://developers.cloudflare.com/workers/platform/pricing/, /queues/platform/pricing/, /r2/pricing/
 */
import type { Plan, StagePlan } from "../domain/run/types";

const PER_CPU_MS = 0.02 / 1e6;
const PER_REQUEST = 0.3 / 1e6;
const PER_DURABLE_OBJECT_REQUEST = 0.15 / 1e6;
const PER_QUEUE_OPERATION = 0.4 / 1e6;
const PER_CLASS_A = 4.5 / 1e6;
const PER_CLASS_B = 0.36 / 1e6;

/**
 * Multiply-adds per millisecond, measured on one core of the machine that docs/design/planner.md names. Rounds of k-means
 * count as if every row met every centroid; the bounds that spare most of it are in the figure.
 */
export const KMEANS_PER_MS = 17e6;
export const ASSIGN_PER_MS = 9e6;
export const SCATTER_PER_MS = 7e6;
export const SILHOUETTE_PER_MS = 24e6;
export const NEIGHBORS_PER_MS = 25e6;
/** Of what runs outside of the kernels, or once: eigenpairs. */
export const PLAIN_PER_MS = 3e6;
/** Values per millisecond that a task reads from the object store, prepares and writes. */
export const STREAMED_PER_MS = 100e3;

/** CPU time that a task costs beside its computing: claim, read, write, complete. */
const TASK_OVERHEAD_MS = 5;
/** Wall time of a task that waits in the queue, and how many consumers the platform runs at once. */
const QUEUE_HOP_MS = 20;
const CONSUMERS = 250;
/** A message is written, read and deleted. */
const OPERATIONS_A_MESSAGE = 3;
/** Claim, complete, and progress calls. */
const CALLS_A_TASK = 3;

/** `rounds`: how often the stage is expected to run. */
export function estimate(stages: StagePlan[], rounds: (stage: StagePlan) => number): Plan["estimate"] {
  let tasks = 0;
  let cpuMs = 0;
  let wallMs = 0;
  for (const stage of stages) {
    const runs = rounds(stage) * (stage.tasks + (stage.reduce ? 1 : 0));
    tasks += runs;
    cpuMs += stage.cpuMs + runs * TASK_OVERHEAD_MS;
    wallMs += rounds(stage) * QUEUE_HOP_MS + stage.cpuMs / Math.min(stage.tasks, CONSUMERS);
  }
  const r2ClassA = 2 * tasks;
  const r2ClassB = 4 * tasks;
  const queueOperations = tasks * OPERATIONS_A_MESSAGE;
  const durableObjectRequests = tasks * CALLS_A_TASK;
  const costUsd =
    cpuMs * PER_CPU_MS +
    tasks * PER_REQUEST +
    durableObjectRequests * PER_DURABLE_OBJECT_REQUEST +
    queueOperations * PER_QUEUE_OPERATION +
    r2ClassA * PER_CLASS_A +
    r2ClassB * PER_CLASS_B;
  return {
    cpuMs: Math.ceil(cpuMs),
    wallMs: Math.ceil(wallMs),
    r2ClassA,
    r2ClassB,
    queueOperations,
    durableObjectRequests,
    costUsd,
  };
}
