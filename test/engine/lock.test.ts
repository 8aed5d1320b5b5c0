import { describe, expect, it } from "vitest";
import { Lock } from "../../src/engine/lock";

/** A promise and the function that settles it. */
function gate(): { open: () => void; opened: Promise<void> } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe("the lock of an isolate", () => {
  it("lets one compute at a time; a second waits for its end", async () => {
    const lock = new Lock();
    const { open, opened } = gate();
    const order: string[] = [];
    const first = lock.run(async () => {
      order.push("first starts");
      await opened;
      order.push("first ends");
    }, 10_000);
    const second = lock.run(async () => order.push("second starts"), 10_000);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(order).toEqual(["first starts"]);
    open();
    await Promise.all([first, second]);
    expect(order).toEqual(["first starts", "first ends", "second starts"]);
  });

  it("hands back who waits longer than its patience, and does not run it later", async () => {
    const lock = new Lock();
    const { open, opened } = gate();
    const first = lock.run(() => opened, 10_000);
    let ran = false;
    const second = await lock.run(async () => {
      ran = true;
    }, 30);
    expect(second).toBeNull();
    open();
    await first;
    expect(ran).toBe(false);
  });

  it("is free again after an error", async () => {
    const lock = new Lock();
    await expect(lock.run(() => Promise.reject(new Error("broken")), 100)).rejects.toThrow("broken");
    expect(await lock.run(async () => "next", 100)).toBe("next");
  });

  it("counts as free beyond the life of any invocation, and its late end frees no one else's", async () => {
    const lock = new Lock();
    let clock = 0;
    const now = () => clock;
    const lost = gate();
    const dead = lock.run(() => lost.opened, 1_000, now);
    clock = 15 * 60_000 + 1;
    const { open, opened } = gate();
    const second = lock.run(
      async () => {
        await opened;
        return "second";
      },
      1_000,
      now,
    );
    lost.open();
    await dead;
    const third = lock.run(async () => "third", -1, now);
    expect(await third).toBeNull();
    open();
    expect(await second).toBe("second");
  });

  it("is free while its holder idles, and the holder's again afterwards", async () => {
    const lock = new Lock();
    const { open, opened } = gate();
    const order: string[] = [];
    const first = lock.run(async (idle) => {
      await idle(() => opened);
      order.push("first goes on");
      await new Promise((resolve) => setTimeout(resolve, 40));
      order.push("first ends");
    }, 10_000);
    await lock.run(async () => {
      order.push("second");
      open();
      await new Promise((resolve) => setTimeout(resolve, 40));
      order.push("second ends");
    }, 10_000);
    const third = lock.run(async () => order.push("third"), 10_000);
    await Promise.all([first, third]);
    expect(order.slice(0, 2)).toEqual(["second", "second ends"]);
    // Whoever comes next, nobody computes beside another.
    expect(order.slice(2).join()).toMatch(/^(third,)?first goes on,first ends(,third)?$/);
  });
});
