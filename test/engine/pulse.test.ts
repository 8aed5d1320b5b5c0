import { describe, expect, it } from "vitest";
import type { TaskProgress } from "../../src/domain/run/types";
import { Pulse, Stopped } from "../../src/engine/context";

const STEP: TaskProgress = { done: 1, total: 2 };
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A pulse whose clock the test moves. */
function pulseOf(answer: () => Promise<"continue" | "stop">) {
  const clock = { now: 0 };
  const told: TaskProgress[] = [];
  const progress = (step: TaskProgress) => {
    told.push(step);
    return answer();
  };
  return { pulse: new Pulse(progress, () => clock.now), clock, told };
}

describe("heartbeats", () => {
  it("come twice a second at most, and never two at once", async () => {
    let answer = () => {};
    const { pulse, clock, told } = pulseOf(
      () =>
        new Promise((resolve) => {
          answer = () => resolve("continue");
        }),
    );
    for (clock.now = 0; clock.now < 2_000; clock.now += 100) pulse.beat(STEP);
    expect(told).toHaveLength(1);
    answer();
    await settled();
    pulse.beat(STEP);
    pulse.beat(STEP);
    expect(told).toHaveLength(2);
  });

  it("stop the work at the next one after the answer stop", async () => {
    const { pulse, clock } = pulseOf(async () => "stop");
    clock.now = 600;
    pulse.beat(STEP);
    await settled();
    expect(() => pulse.beat(STEP)).toThrow(Stopped);
  });

  it("may fail now and then; when they go on failing the task gives up with the reason", async () => {
    let calls = 0;
    const { pulse, clock } = pulseOf(async () => {
      calls += 1;
      if (calls === 3) return "continue";
      throw new Error(`lost ${calls}`);
    });
    const beat = async () => {
      clock.now += 500;
      pulse.beat(STEP);
      await settled();
    };
    for (let i = 0; i < 8; i++) await beat();
    expect(calls).toBe(8);
    await expect(beat()).rejects.toThrow("lost 8");
  });

  it("come between the slices of a kernel, which ends there when it is to stop", async () => {
    const { pulse, clock } = pulseOf(async () => "stop");
    let slices = 0;
    function* endless(): Generator<TaskProgress, void, void> {
      for (;;) {
        slices += 1;
        clock.now += 10;
        yield STEP;
      }
    }
    await expect(pulse.drain(endless())).rejects.toThrow(Stopped);
    expect(slices).toBeLessThan(100);
  });
});

describe("CPU time", () => {
  it("is that of kernels and of busy work, less what it waits for the platform", async () => {
    const { pulse, clock } = pulseOf(async () => "continue");
    pulse.compute(() => {
      clock.now += 7;
    });
    expect(pulse.cpuMs).toBe(7);
    const platform = async (ms: number) => {
      await settled();
      clock.now += ms;
    };
    await pulse.busy(async () => {
      clock.now += 5;
      await Promise.all([pulse.wait(platform(40)), pulse.wait(platform(60))]);
      clock.now += 3;
      await pulse.wait(platform(1_000));
    });
    expect(pulse.cpuMs).toBe(15);
  });

  it("is counted when the work fails", async () => {
    const { pulse, clock } = pulseOf(async () => "continue");
    const failing = pulse.busy(async () => {
      clock.now += 4;
      await pulse.wait(Promise.reject(new Error("store")));
    });
    await expect(failing).rejects.toThrow("store");
    expect(pulse.cpuMs).toBe(4);
  });
});
