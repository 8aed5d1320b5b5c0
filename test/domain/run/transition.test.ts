import { describe, expect, it } from "vitest";
import { initialState, type RunInput, type RunState, wakeAt } from "../../../src/domain/run/state";
import { MAX_FAILURES } from "../../../src/domain/run/tasks";
import { transition } from "../../../src/domain/run/transition";
import type { Plan, StagePlan, TaskRef } from "../../../src/domain/run/types";
import { LIMITS } from "../../../src/engine/limits";
import { plan as planRun } from "../../../src/engine/planner";
import { kmeansSpec } from "../../engine/fixtures";
import { generator } from "../../engine/harness";

const spec = kmeansSpec({ collections: [{ collectionId: "col_a" }] });
const LEASE = 10_000;
const shape = { rows: 5000, noiseRows: 0, missingRows: 0, dimensions: 6, perCollection: [5000] };
const plan = planRun(spec, shape, { ...LIMITED(), isolateBytes: 1000 });

function LIMITED() {
  return {
    ...LIMITS,
    shardBytes: 24 * 1024,
    shardRows: 1024,
    taskCpuMs: 0,
  };
}

const ref = (state: RunState, index = 0, attempt = 0): TaskRef => ({
  runId: spec.runId,
  stage: state.head.stage,
  round: state.head.round,
  part: state.head.part,
  index,
  attempt,
});

function started(by: Plan = plan): RunState {
  let { state } = transition(initialState(spec, LEASE, 0), { type: "start", now: 0 });
  state = transition(state, {
    type: "frozen",
    index: 0,
    count: { rows: 5000, noiseRows: 0, missingRows: 0 },
    now: 1,
  }).state;
  return transition(state, { type: "planned", plan: by, now: 2 }).state;
}

const complete = (task: TaskRef, now: number, more = false, result: unknown = { done: task.index }): RunInput => ({
  type: "completed",
  task,
  result,
  cpuMs: 1,
  memoryBytes: 1,
  build: "plain",
  more,
  now,
});

describe("the start of a run", () => {
  it("freezes every collection in order, then plans", () => {
    const two = kmeansSpec();
    const first = transition(initialState(two, LEASE, 0), { type: "start", now: 0 });
    expect(first.effects).toEqual([{ kind: "record" }, { kind: "freeze", index: 0 }]);
    const count = { rows: 3, noiseRows: 1, missingRows: 0 };
    const second = transition(first.state, { type: "frozen", index: 0, count, now: 1 });
    expect(second.effects).toEqual([{ kind: "freeze", index: 1 }]);
    // An effect that is carried out twice answers twice.
    expect(transition(second.state, { type: "frozen", index: 0, count, now: 2 }).effects).toEqual([]);
    expect(transition(second.state, { type: "frozen", index: 1, count, now: 3 }).effects).toEqual([{ kind: "plan" }]);
    expect(transition(first.state, { type: "start", now: 4 }).effects).toEqual([]);
  });

  it("sends the map tasks of the first stage once it is planned", () => {
    const state = started();
    expect(state.tasks.map((task) => [task.from, task.to, task.status])).toEqual([
      [0, 1024, "sent"],
      [1024, 2048, "sent"],
      [2048, 3072, "sent"],
      [3072, 4096, "sent"],
      [4096, 5000, "sent"],
    ]);
  });
});

describe("leases", () => {
  it("go to the first claim; the second is dropped", () => {
    const state = started();
    const first = transition(state, { type: "claimed", task: ref(state), now: 10 });
    expect(first.leased).toEqual(ref(state));
    expect(transition(first.state, { type: "claimed", task: ref(state), now: 11 }).leased).toBeNull();
  });

  it("live as long as there is progress, and end without", () => {
    const begun = started();
    let { state } = transition(begun, { type: "claimed", task: ref(begun), now: 0 });
    for (let now = 9_000; now <= 45_000; now += 9_000) {
      state = transition(state, { type: "progressed", task: ref(begun), progress: { done: 1, total: 2 }, now }).state;
      state = transition(state, { type: "tick", now: now + 8_999 }).state;
      expect(state.tasks[0]).toMatchObject({ status: "running", attempt: 0 });
    }
    state = transition(state, { type: "tick", now: 60_000 }).state;
    expect(state.tasks[0]).toMatchObject({ status: "waiting", attempt: 1, failures: 1, due: 61_000 });
    const late = transition(state, complete(ref(begun), 60_500));
    expect(late.state).toEqual(state);
    const again = transition(state, { type: "tick", now: 61_000 });
    expect(again.effects).toEqual([{ kind: "send", tasks: expect.arrayContaining([ref(begun, 0, 1)]) }]);
  });

  it("a second attempt supersedes the first: what the first says no longer counts", () => {
    const begun = started();
    let { state } = transition(begun, { type: "claimed", task: ref(begun), now: 0 });
    state = transition(state, { type: "tick", now: 10_000 }).state;
    state = transition(state, { type: "tick", now: 11_000 }).state;
    const second = transition(state, { type: "claimed", task: ref(begun, 0, 1), now: 11_001 });
    expect(second.leased).toEqual(ref(begun, 0, 1));
    const progress = { done: 1, total: 1 };
    const failure = { class: "input", code: "bad_request", message: "late" } as const;
    for (const late of [
      complete(ref(begun), 11_002),
      { type: "progressed", task: ref(begun), progress, now: 11_002 },
      { type: "failed", task: ref(begun), failure, now: 11_002 },
    ] as RunInput[])
      expect(transition(second.state, late).state).toEqual(second.state);
  });

  it("that a cancel cuts short are swept once they have ended: a worker may write once more", () => {
    const begun = started();
    const { state } = transition(begun, { type: "claimed", task: ref(begun), now: 0 });
    const canceled = transition(state, { type: "cancel", now: 5 });
    expect(canceled.effects).toEqual([{ kind: "record" }, { kind: "release" }, { kind: "clean", artifacts: true }]);
    const at = wakeAt(canceled.state)!;
    expect(at).toBeGreaterThanOrEqual(LEASE);
    expect(transition(canceled.state, { type: "tick", now: at - 1 }).effects).toEqual([]);
    const swept = transition(canceled.state, { type: "tick", now: at });
    expect(swept.effects).toEqual([{ kind: "clean", artifacts: true }]);
    expect(wakeAt(swept.state)).toBeNull();
  });

  it("a message that nobody claims is sent again, ever more rarely", () => {
    let state = started();
    const times: number[] = [];
    for (let i = 0; i < 4; i++) {
      const now = wakeAt(state)!;
      times.push(now);
      const next = transition(state, { type: "tick", now });
      expect(next.effects).toHaveLength(1);
      state = next.state;
    }
    expect(times.map((time, i) => time - (times[i - 1] ?? 2))).toEqual([2_000, 4_000, 8_000, 16_000]);
    expect(state.tasks.every((task) => task.failures === 0)).toBe(true);
  });

  it("a new process sends again at once what nobody has claimed, and leaves the leases alone", () => {
    const begun = started();
    const { state } = transition(begun, { type: "claimed", task: ref(begun), now: 3 });
    const woken = transition(state, { type: "woken", now: 50 });
    const others = state.tasks.slice(1).map((task) => ref(state, task.index));
    expect(others.length).toBeGreaterThan(0);
    expect(woken.effects).toEqual([{ kind: "send", tasks: others }]);
    expect(woken.state.tasks[0]).toEqual(state.tasks[0]);
    expect(woken.state.tasks.every((task) => task.attempt === 0 && task.failures === 0)).toBe(true);
    const canceled = transition(state, { type: "cancel", now: 60 }).state;
    expect(transition(canceled, { type: "woken", now: 70 })).toMatchObject({ state: canceled, effects: [] });
  });
});

describe("stages", () => {
  it("hand the next task to whoever completed the last one, when it wants more", () => {
    let state = started();
    for (let i = 0; i < 5; i++) {
      state = transition(state, { type: "claimed", task: ref(state, i), now: i }).state;
      const next = transition(state, complete(ref(state, i), 10 + i, i === 4));
      state = next.state;
      if (i < 4) expect(next.leased).toBeNull();
      else expect(next).toMatchObject({ leased: { part: "reduce", stage: 0 }, effects: [] });
    }
    expect(state.head.parts).toEqual([0, 1, 2, 3, 4].map((done) => ({ done })));
  });

  it("a loop goes round until it has converged, its limit at most", () => {
    const loop: StagePlan = {
      ...plan.stages[0]!,
      kind: "lloyd",
      maxRounds: 3,
      span: { units: 1, perTask: 1, block: 0 },
    };
    const rounds = (convergesAt: number) => {
      let state = started({ ...plan, stages: [loop] });
      let done = 0;
      while (state.head.phase === "running") {
        const round = state.head.round;
        state = transition(state, { type: "claimed", task: ref(state), now: 5 }).state;
        const result = { converged: round === convergesAt };
        if (state.head.part === "reduce") done += 1;
        if (state.head.part === "map" && round > 0) expect(state.head.previous).toEqual({ converged: false });
        state = transition(state, complete(ref(state), 6, false, result)).state;
      }
      expect(state.head.phase).toBe("publishing");
      return done;
    };
    expect(rounds(1)).toBe(2);
    expect(rounds(99)).toBe(3);
  });
});

describe("failures", () => {
  const failing = (kind: "memory" | "transient" | "input" | "canceled") => {
    const begun = started();
    const { state } = transition(begun, { type: "claimed", task: ref(begun, 4), now: 0 });
    const failure = { class: kind, code: "internal_error", message: "why" };
    return transition(state, { type: "failed", task: ref(begun, 4), failure, now: 100 });
  };

  it("memory halves the span on a whole block, or ends the run when it is one block", () => {
    expect(failing("memory").state.head.failure).toMatchObject({ code: "job_too_large" });
    const wide = { ...plan, stages: [{ ...plan.stages[0]!, span: { units: 5000, perTask: 5000, block: 1024 } }] };
    const begun = started(wide);
    let state = transition(begun, { type: "claimed", task: ref(begun), now: 0 }).state;
    const failure = { class: "memory", code: "internal_error", message: "" } as const;
    state = transition(state, { type: "failed", task: ref(begun), failure, now: 1 }).state;
    expect(state.tasks.map((task) => [task.from, task.to, task.attempt, task.status])).toEqual([
      [0, 3072, 1, "sent"],
      [3072, 5000, 1, "sent"],
    ]);
  });

  it("input ends the run at once", () => {
    expect(failing("input").state.head).toMatchObject({ status: "failed", failure: { message: "why" } });
  });

  it("transient ends the run only when its attempts are exhausted", () => {
    let state = started();
    for (let attempt = 0; attempt < MAX_FAILURES; attempt++) {
      expect(state.head.status).toBe("processing");
      const task = ref(state, 0, attempt);
      state = transition(state, { type: "tick", now: attempt * 100_000 }).state;
      state = transition(state, { type: "claimed", task, now: attempt * 100_000 }).state;
      state = transition(state, {
        type: attempt % 2 ? "dead" : "failed",
        task,
        failure: { class: "transient", code: "internal_error", message: "x" },
        now: attempt * 100_000,
      } as RunInput).state;
    }
    expect(state.head).toMatchObject({ status: "failed", exhausted: "0.0.map.0" });
  });

  it("a worker that lets go of a task that still counts costs no failure", () => {
    expect(failing("canceled").state.tasks[4]).toMatchObject({ status: "waiting", failures: 0, attempt: 1 });
  });
});

describe("totality", () => {
  it("answers any input in any state, never goes back from an end, and always wakes while it runs", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = generator(seed);
      const pick = <T>(of: T[]): T => of[Math.floor(random() * of.length)]!;
      let state = seed % 3 === 0 ? initialState(spec, LEASE, 0) : started();
      let now = 0;
      for (let step = 0; step < 200; step++) {
        now += Math.floor(random() * 4_000);
        const task = {
          ...ref(state, Math.floor(random() * 7), Math.floor(random() * 2)),
          part: pick(["map", "reduce"] as const),
        };
        const current = state.tasks[task.index];
        if (current && random() < 0.8) task.attempt = current.attempt;
        if (random() < 0.8) task.part = state.head.part;
        const input = pick<RunInput>([
          { type: "start", now },
          { type: "frozen", index: 0, count: { rows: 5000, noiseRows: 0, missingRows: 0 }, now },
          { type: "planned", plan, now },
          { type: "claimed", task, now },
          { type: "claimed", task, now },
          { type: "claimed", task, now },
          { type: "progressed", task, progress: { done: 1, total: 2 }, now },
          complete(task, now, random() < 0.5),
          complete(task, now, random() < 0.5),
          complete(task, now, random() < 0.5),
          {
            type: "failed",
            task,
            failure: { class: pick(["memory", "transient", "canceled"] as const), code: "internal_error", message: "" },
            now,
          },
          { type: "tick", now },
          { type: "woken", now },
          { type: "published", now },
          { type: "recorded", status: "completed", now },
          ...(step > 150 ? [{ type: "cancel" as const, now }] : []),
        ]);
        const before = structuredClone(state);
        const next = transition(state, input);
        expect(state).toEqual(before);
        if (state.head.phase === "ended") {
          expect(next.state.head.status).toBe(state.head.status);
          expect(next.leased).toBeNull();
        }
        if (next.state.head.phase === "running") expect(wakeAt(next.state)).not.toBeNull();
        if (next.events.length > 0) expect(next.events.at(-1)!.seq).toBe(next.state.head.seq);
        state = next.state;
      }
    }
  });
});
