/** One message's work against a coordinator that the test plays. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { TaskMessage } from "../../src/domain/run/types";
import type { Claim, TaskOutcome } from "../../src/engine/contract";
import { type CoordinatorLink, work } from "../../src/engine/work";
import { blobs, kmeansSpec, makeWorld } from "./fixtures";
import type { World } from "./harness";

afterEach(() => vi.restoreAllMocks());

const spec = kmeansSpec();

/** A world whose coordinator has sent the first task. */
async function sentWorld(): Promise<{ world: World; message: TaskMessage }> {
  const world = await makeWorld(spec, { a: blobs("a", 2000), b: [] });
  await world.coordinator.start(spec);
  await world.coordinator.drain();
  const { namespaceId, clusterId, runId } = spec;
  return { world, message: { namespaceId, clusterId, runId, stage: 0, round: 0, part: "map", index: 0, attempt: 0 } };
}

const linkOf = (world: World, changes: Partial<CoordinatorLink> = {}): CoordinatorLink => ({
  claim: (task) => world.coordinator.claim(task),
  progress: (task, progress) => world.coordinator.progress(task, progress),
  complete: (task, outcome) => world.coordinator.complete(task, outcome),
  knownAnswers: (keys) => world.coordinator.knownAnswers(keys),
  keepAnswers: (answers, ttlSeconds) => world.coordinator.keepAnswers(answers, ttlSeconds),
  fail: (task, failure) => world.coordinator.fail(task, failure),
  ...changes,
});

describe("the chain of tasks in one invocation", () => {
  it("goes through the whole run while there is time", async () => {
    const { world, message } = await sentWorld();
    expect(await work(message, world.workServices(linkOf(world)))).toBe("done");
    await world.settle();
    // Only the message whose work was done here, late: nothing else was ever sent.
    expect(world.delivered).toEqual([message]);
    expect((await world.coordinator.view())!.record.status).toBe("completed");
  });

  it("takes no further task after a minute; the queue goes on", async () => {
    const { world, message } = await sentWorld();
    const outcomes: TaskOutcome[] = [];
    const link = linkOf(world, {
      complete: (task, outcome) => {
        outcomes.push(outcome);
        return world.coordinator.complete(task, outcome);
      },
    });
    let clock = 0;
    await work(message, world.workServices(link), () => {
      clock += 25_000;
      return clock;
    });
    expect(outcomes.map((one) => one.more)).toEqual([true, true, false]);
    await world.settle();
    expect(world.delivered[1]).toMatchObject({ stage: 1, part: "reduce" });
    expect((await world.coordinator.view())!.record.status).toBe("completed");
  });
});

describe("a running task", () => {
  it("stops within itself once the coordinator answers stop, and is not completed", async () => {
    const { world, message } = await sentWorld();
    // Every look at the clock is half a second later, so that a small task has heartbeats.
    let clock = 0;
    vi.spyOn(Date, "now").mockImplementation(() => {
      clock += 500;
      return clock;
    });
    const beats: string[] = [];
    const completed: number[] = [];
    const failures: string[] = [];
    const link = linkOf(world, {
      progress: async (task, progress) => {
        if (task.stage === 2) await world.coordinator.cancel();
        const answer = await world.coordinator.progress(task, progress);
        beats.push(answer);
        return answer;
      },
      complete: (task, outcome) => {
        completed.push(task.stage);
        return world.coordinator.complete(task, outcome);
      },
      fail: async (task, failure) => {
        failures.push(`${task.stage} ${failure.class}`);
        return world.coordinator.fail(task, failure);
      },
    });
    expect(await work(message, world.workServices(link), () => 0)).toBe("done");
    expect(beats).toContain("stop");
    expect(completed).not.toContain(2);
    expect(failures).toEqual(["2 canceled"]);
    vi.restoreAllMocks();
    await world.settle();
    expect((await world.coordinator.view())!.record).toMatchObject({ status: "failed", errorMessage: "canceled" });
    expect(world.objects.keys.filter((key) => !key.startsWith("documents/"))).toEqual([]);
  });
});

describe("what a claim answers", () => {
  const claimed = async (claim: Claim) => {
    const { world, message } = await sentWorld();
    return work(message, world.workServices(linkOf(world, { claim: async () => claim })));
  };

  it("drops, or is dead", async () => {
    expect(await claimed({ kind: "drop", reason: "superseded" })).toBe("done");
    expect(await claimed({ kind: "dead", reason: "exhausted" })).toBe("dead");
  });

  it("is not heard: the queue has to deliver again", async () => {
    const { world, message } = await sentWorld();
    const link = linkOf(world, { claim: () => Promise.reject(new Error("unreachable")) });
    await expect(work(message, world.workServices(link))).rejects.toThrow("unreachable");
  });
});

describe("the relaxed build", () => {
  it("is chosen by reproducible: false, and told", async () => {
    const kernels = async (reproducible: boolean) => {
      const world = await makeWorld(kmeansSpec({ reproducible }), { a: blobs("a", 500), b: [] });
      expect((await world.run()).status).toBe("completed");
      return JSON.parse(new TextDecoder().decode(world.artifact("manifest.json")!)).engine.kernels;
    };
    expect(await kernels(false)).toBe("relaxed");
    expect(await kernels(true)).toBe("plain");
  });
});
