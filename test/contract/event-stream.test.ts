import { describe, expect, it } from "vitest";
import { eventStream } from "../../src/api/routes/executions/event-stream";
import type { RunEvent, RunStatus } from "../../src/domain/run/types";
import type { RunView } from "../../src/engine/contract";

const event = (seq: number, type: RunEvent["type"], status: RunStatus = "processing"): RunEvent => ({
  seq,
  at: "2026-11-21T00:00:00.000Z",
  type,
  status,
  stage: "kmeans",
  round: 0,
  done: seq,
  total: 9,
  fraction: seq / 9,
  objective: null,
  etaMs: 250,
  message: null,
});

/** A coordinator whose events come in the given portions; null is a wait that ends without news. */
function coordinator(portions: (RunEvent[] | null)[], status: RunStatus | null = "processing") {
  const asked: number[] = [];
  return {
    asked,
    events: async (after: number) => {
      asked.push(after);
      return portions.shift() ?? [];
    },
    view: async () => (status === null ? null : ({ record: { status }, last: null } as unknown as RunView)),
  };
}

const text = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

describe("the event stream", () => {
  it("frames id, type and data, and ends with the terminal event", async () => {
    const run = coordinator([
      [event(1, "planned"), event(2, "progress")],
      [event(3, "completed", "completed")],
      [event(4, "stage")],
    ]);
    const frames = (await text(eventStream(run, 0, 5))).trim().split("\n\n");
    expect(frames[0]).toBe("retry: 1000");
    expect(frames.slice(1).map((frame) => frame.split("\n").slice(0, 2))).toEqual([
      ["id: 1", "event: planned"],
      ["id: 2", "event: progress"],
      ["id: 3", "event: completed"],
    ]);
    // In the API's spelling: nothing of the engine's own fields comes through.
    expect(JSON.parse(frames[1]!.split("\ndata: ")[1]!)).toEqual({
      seq: 1,
      at: "2026-11-21T00:00:00.000000Z",
      type: "planned",
      status: "processing",
      stage: "kmeans",
      round: 0,
      done: 1,
      total: 9,
      fraction: 1 / 9,
      objective: null,
      eta_ms: 250,
      message: null,
    });
    expect(run.asked).toEqual([0, 2]);
  });

  it("resumes after the event that the client names", async () => {
    const run = coordinator([[event(8, "failed", "failed")]]);
    expect(await text(eventStream(run, 7, 5))).toContain("id: 8\nevent: failed");
    expect(run.asked).toEqual([7]);
  });

  it("keeps an idle stream open with comments", async () => {
    const run = coordinator([null, null, [event(1, "canceled", "failed")]]);
    const sent = await text(eventStream(run, 0, 5));
    expect(sent.match(/^: waiting$/gm)).toHaveLength(2);
    expect(sent).toContain("event: canceled");
  });

  it("ends when the run has ended and has nothing more to say, or is gone", async () => {
    expect(await text(eventStream(coordinator([], "completed"), 9, 5))).toBe("retry: 1000\n\n");
    expect(await text(eventStream(coordinator([], null), 0, 5))).toBe("retry: 1000\n\n");
  });

  it("does not lose an event that comes between two questions", async () => {
    const run = coordinator([[], [event(5, "completed", "completed")]], "completed");
    expect(await text(eventStream(run, 4, 5))).toContain("id: 5");
  });
});
