import { describe, expect, it } from "vitest";
import { grants } from "../../src/db/keys";
import { timestamp } from "../../src/db/time";
import { countHit, type RateWindow, WINDOW_MS } from "../../src/domain/rate-window";

describe("countHit", () => {
  it("counts within a window and starts again after it", () => {
    let window: RateWindow | null = null;
    for (const at of [1000, 1001, 1000 + WINDOW_MS - 1]) window = countHit(window, at);
    expect(window).toEqual({ startedAt: 1000, count: 3 });
    expect(countHit(window, 1000 + WINDOW_MS)).toEqual({ startedAt: 1000 + WINDOW_MS, count: 1 });
  });

  it("starts again when the clock goes back", () => {
    expect(countHit({ startedAt: 5000, count: 9 }, 4000)).toEqual({ startedAt: 4000, count: 1 });
  });
});

describe("grants", () => {
  it("lets each scope include those before it", () => {
    expect(grants(["admin"], "read")).toBe(true);
    expect(grants(["write"], "read")).toBe(true);
    expect(grants(["read"], "write")).toBe(false);
    expect(grants(["write"], "admin")).toBe(false);
    expect(grants([], "read")).toBe(false);
  });
});

describe("timestamp", () => {
  it("has microseconds and keeps those that are there", () => {
    expect(timestamp(0)).toBe("1970-01-01T00:00:00.000000Z");
    expect(timestamp("2026-11-21T13:20:40.122Z")).toBe("2026-11-21T13:20:40.122000Z");
    expect(timestamp("2026-11-21T13:20:40.122000Z")).toBe("2026-11-21T13:20:40.122000Z");
  });
});
