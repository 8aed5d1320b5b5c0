import { describe, expect, it } from "vitest";
import { isMet, needsSample } from "../../../src/domain/schedules/condition";
import { type ConditionalSchedule, readSchedule, type TriggerType } from "../../../src/domain/schedules/config";
import { nextCron } from "../../../src/domain/schedules/cron";
import { MEASURED, type Measured } from "../../../src/domain/schedules/measured";
import { firstDue, nextDue, resumedDue } from "../../../src/domain/schedules/next";

const at = (iso: string): number => Date.parse(iso);
const read = (type: TriggerType, config: unknown) => readSchedule(type, config, ["body", "schedule_config"]);
const schedule = (type: TriggerType, config: unknown) => read(type, config).schedule;

/** The next `count` times after an instant, as ISO texts without milliseconds. */
function times(expression: string, zone: string, after: string, count: number): string[] {
  const found: string[] = [];
  for (let now = at(after); found.length < count; ) {
    now = nextCron(expression, zone, now)!;
    found.push(new Date(now).toISOString().replace(".000", ""));
  }
  return found;
}

describe("cron across the changes of the clocks", () => {
  it("takes a time that is skipped at the next valid instant, once", () => {
    // Berlin, 29 March 2026: 02:00 CET is followed by 03:00 CEST (01:00 UTC).
    expect(times("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3)).toEqual([
      "2026-03-28T01:30:00Z",
      "2026-03-29T01:00:00Z",
      "2026-03-30T00:30:00Z",
    ]);
    // New York, 8 March 2026: 02:00 EST is followed by 03:00 EDT (07:00 UTC).
    expect(times("15 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", 2)).toEqual([
      "2026-03-08T07:00:00Z",
      "2026-03-09T06:15:00Z",
    ]);
    // Lord Howe Island moves by half an hour: 4 October 2026, 02:00 is followed by 02:30 (15:30 UTC of the day before).
    expect(times("10 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 2)).toEqual([
      "2026-10-03T15:30:00Z",
      "2026-10-04T15:10:00Z",
    ]);
  });

  it("takes a time that comes twice once", () => {
    // Berlin, 25 October 2026: 03:00 CEST is followed by 02:00 CET.
    expect(times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2)).toEqual([
      "2026-10-25T00:30:00Z",
      "2026-10-26T01:30:00Z",
    ]);
    expect(times("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 2)).toEqual([
      "2026-11-01T05:30:00Z",
      "2026-11-02T06:30:00Z",
    ]);
  });

  it("counts every hour that passes when it is to run hourly", () => {
    expect(times("0 * * * *", "Europe/Berlin", "2026-03-28T23:30:00Z", 4)).toEqual([
      "2026-03-29T00:00:00Z",
      "2026-03-29T01:00:00Z",
      "2026-03-29T02:00:00Z",
      "2026-03-29T03:00:00Z",
    ]);
    expect(times("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 4)).toEqual([
      "2026-10-25T00:00:00Z",
      "2026-10-25T01:00:00Z",
      "2026-10-25T02:00:00Z",
      "2026-10-25T03:00:00Z",
    ]);
  });

  it("needs no change where a zone has none", () => {
    expect(times("30 2 * * *", "Asia/Kolkata", "2026-03-28T00:00:00Z", 2)).toEqual([
      "2026-03-28T21:00:00Z",
      "2026-03-29T21:00:00Z",
    ]);
  });
});

describe("the next time", () => {
  const hourly = schedule("interval", { interval_seconds: 3600 });
  const now = at("2026-05-01T10:00:00Z");

  it("of an interval begins one interval from now, or now", () => {
    expect(firstDue(hourly, now)).toBe(now + 3_600_000);
    const eager = schedule("interval", { interval_seconds: 3600, start_immediately: true });
    expect(firstDue(eager, now)).toBe(now);
    expect(resumedDue(eager, now)).toBe(now + 3_600_000);
  });

  it("of an interval keeps its grid and leaves missed slots out", () => {
    expect(nextDue(hourly, now, now + 5_000)).toBe(now + 3_600_000);
    expect(nextDue(hourly, now, now + 3 * 3_600_000 + 1)).toBe(now + 4 * 3_600_000);
    expect(nextDue(hourly, now, now + 3_600_000)).toBe(now + 2 * 3_600_000);
  });

  it("of a cron expression is one, however many were missed", () => {
    const nightly = schedule("cron", { cron_expression: "0 3 * * *" });
    expect(nextDue(nightly, at("2026-05-01T03:00:00Z"), at("2026-05-04T12:00:00Z"))).toBe(at("2026-05-05T03:00:00Z"));
  });

  it("of a trigger that waits for events is none", () => {
    const event = schedule("event", { event_type: "batch_completed" });
    expect(firstDue(event, now)).toBeNull();
    expect(nextDue(event, now, now)).toBeNull();
  });
});

describe("a schedule_config", () => {
  it("gets its defaults", () => {
    expect(schedule("cron", { cron_expression: "*/5 * * * *" })).toMatchObject({ timezone: "UTC" });
    expect(schedule("event", { event_type: "documents_added" })).toMatchObject({
      event_threshold: 1,
      cooldown_seconds: 300,
    });
    expect(schedule("conditional", { condition_type: "drift", threshold: 0.2 })).toMatchObject({
      metric: "embedding_drift",
      check_interval_seconds: 3600,
    });
  });

  it.each<[TriggerType, unknown, string]>([
    ["cron", {}, "body.schedule_config.cron_expression: is required"],
    ["cron", { cron_expression: "* * * *" }, "must have 5 fields (minute hour day month weekday), has 4"],
    ["cron", { cron_expression: "0 0 3 * * *" }, "has 6"],
    ["cron", { cron_expression: "61 * * * *" }, 'got "61 * * * *"'],
    ["cron", { cron_expression: "0 0 30 2 *" }, "never comes true"],
    ["cron", { cron_expression: "a b c d e" }, "is no cron expression"],
    ["cron", { cron_expression: "0 3 * * *", timezone: "Mars/Olympus" }, "is not an IANA time zone"],
    ["interval", { interval_seconds: 60 }, "body.schedule_config.interval_seconds: must be at least 300, got 60"],
    ["interval", { interval_seconds: 300.5 }, "interval_seconds"],
    ["interval", { interval_seconds: "300" }, "must be of type"],
    ["event", { event_type: "documents_gone" }, 'must be one of "documents_added"'],
    ["event", { event_type: "documents_added", event_threshold: 0 }, "must be at least 1, got 0"],
    ["event", { event_type: "documents_added", cooldown_seconds: -1 }, "must be at least 0, got -1"],
    ["conditional", {}, "condition_type"],
    ["conditional", { condition_type: "drift", threshold: 2 }, "must be at most 1, got 2"],
    ["conditional", { condition_type: "drift" }, "threshold: is required"],
    ["conditional", { condition_type: "drift", threshold: 0.1, metric: "kl" }, "metric"],
    ["conditional", { condition_type: "volume", threshold: 0 }, "must be more than 0, got 0"],
    ["conditional", { condition_type: "quality", threshold: 5 }, "must be at most 1"],
    ["conditional", { condition_type: "drift", threshold: 0.1, check_interval_seconds: 1 }, "at least 300, got 1"],
    ["conditional", { condition_type: "custom" }, "expression: is required"],
    ["conditional", { condition_type: "custom", expression: "moon > 1" }, 'speaks of "moon"'],
    ["conditional", { condition_type: "custom", expression: "documents >" }, "expected a value, found the end"],
    ["conditional", { condition_type: "custom", expression: "process.exit()" }, "is no value, comparison or word"],
    ["interval", "daily", "must be a JSON object"],
  ])("of type %s refuses %j", (type, config, message) => {
    expect(() => read(type, config)).toThrow(message);
  });

  it("warns of keys that its type does not know", () => {
    expect(read("interval", { interval_seconds: 300, timezone: "UTC" }).warnings).toEqual([
      { loc: ["body", "schedule_config", "timezone"], msg: "unknown field; it has no effect" },
    ]);
  });
});

describe("a condition", () => {
  const nothing = Object.fromEntries(MEASURED.map((name) => [name, null])) as Measured;
  const condition = (config: object) => schedule("conditional", config) as ConditionalSchedule;

  it("is met at its threshold, silhouette below it, and never by what was not measured", () => {
    const drift = condition({ condition_type: "drift", threshold: 0.2 });
    expect(isMet(drift, { ...nothing, embedding_drift: 0.2 })).toBe(true);
    expect(isMet(drift, { ...nothing, embedding_drift: 0.19 })).toBe(false);
    expect(isMet(drift, nothing)).toBe(false);
    const quality = condition({ condition_type: "quality", threshold: 0.3 });
    expect(isMet(quality, { ...nothing, silhouette: 0.29 })).toBe(true);
    expect(isMet(quality, { ...nothing, silhouette: 0.3 })).toBe(false);
    expect([needsSample(drift), needsSample(quality)]).toEqual([true, false]);
  });

  it("may be put together", () => {
    const text = "not documents < 10 and (embedding_drift > 1e-1 or silhouette < -0.5 OR documents_added >= 100)";
    const custom = condition({ condition_type: "custom", expression: text });
    expect(isMet(custom, { ...nothing, documents: 50, embedding_drift: 0.2 })).toBe(true);
    expect(isMet(custom, { ...nothing, documents: 50, embedding_drift: 0.1, documents_added: 99 })).toBe(false);
    expect(isMet(custom, { ...nothing, documents: 9, embedding_drift: 0.9 })).toBe(false);
    expect(isMet(custom, { ...nothing, documents: 10, silhouette: -0.6 })).toBe(true);
    expect(needsSample(custom)).toBe(true);
  });
});
