/** How far a run is, as its events tell: planned CPU time is the measure, since stages differ by orders of magnitude. */
import type { RunState } from "./state";
import { stagePlan } from "./state";
import type { RunEvent, StagePlan } from "./types";

/** Rounds that a loop is expected to take; it may take fewer or more. */
const expectedRounds = (stage: StagePlan): number => Math.min(stage.maxRounds, 20);

/** Share of the planned work that is done, 0–1. */
export function fraction({ head, tasks }: RunState): number {
  if (head.phase === "publishing" || head.status === "completed") return 1;
  const stage = stagePlan(head);
  if (!head.plan || !stage) return 0;
  const cost = (one: StagePlan) => Math.max(1, one.cpuMs);
  const total = head.plan.stages.reduce((sum, one) => sum + cost(one), 0);
  const before = head.plan.stages.slice(0, head.stage).reduce((sum, one) => sum + cost(one), 0);
  const round = head.part === "reduce" ? 1 : partFraction(tasks);
  const inStage = stage.maxRounds > 1 ? Math.min(0.95, (head.round + round) / expectedRounds(stage)) : round;
  return (before + inStage * cost(stage)) / total;
}

function partFraction(tasks: RunState["tasks"]): number {
  if (tasks.length === 0) return 0;
  const done = tasks.map((task) => {
    if (task.status === "done") return 1;
    return task.progress.total > 0 ? Math.min(1, task.progress.done / task.progress.total) : 0;
  });
  return done.reduce<number>((sum, value) => sum + value, 0) / tasks.length;
}

/** The event that tells the state as it is; `seq` is the next number. */
export function runEvent(
  state: RunState,
  type: RunEvent["type"],
  now: number,
  told: { objective?: number | null; message?: string | null } = {},
): RunEvent {
  const { head, tasks } = state;
  const share = fraction(state);
  const elapsed = now - head.startedAt;
  return {
    seq: head.seq + 1,
    at: new Date(now).toISOString(),
    type,
    status: head.status,
    stage: head.phase === "running" ? (stagePlan(head)?.kind ?? null) : null,
    round: head.round,
    done: tasks.filter((task) => task.status === "done").length,
    total: tasks.length,
    fraction: share,
    objective: told.objective ?? null,
    etaMs: share > 0.02 && share < 1 ? Math.round((elapsed * (1 - share)) / share) : null,
    message: told.message ?? null,
  };
}
