/** What coordinator and consumer tell each other of a task. */

/** Names one task. With the plan it determines inputs, random numbers and output key. */
export interface TaskRef {
  runId: string;
  stage: number;
  round: number;
  part: "map" | "reduce";
  index: number;
  attempt: number;
}

/** What travels through the queue: a reference, never data. */
export interface TaskMessage extends TaskRef {
  namespaceId: string;
  clusterId: string;
}

export interface TaskProgress {
  /** Units of work done and expected in this task (rows, iterations): only their ratio is shown. */
  done: number;
  total: number;
  objective?: number;
}

/** How a failure is treated; see `engine/failures.ts`. */
export type FailureClass = "superseded" | "transient" | "memory" | "input" | "canceled";

export interface TaskFailure {
  class: FailureClass;
  code: string;
  message: string;
}
