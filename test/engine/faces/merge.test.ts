/** Made-up tracks of faces whose right answer is known. */
import { describe, expect, it } from "vitest";
import { type Box, type FaceTrack, iou, jaccard, mergeFaces, sharedIou } from "../../../src/engine/faces/merge";
import { readBox, readFrame, readScenes } from "../../../src/engine/faces/read";

const THRESHOLDS = { centroidCosine: 0.55, boxIou: 0.4, sceneJaccard: 0.3 };

/** A face seen `members` times in this direction (radians), in these boxes by frame and these scenes. */
function track(angle: number, members: number, frames: Record<number, Box[]> = {}, scenes: number[] = []): FaceTrack {
  return {
    sum: Float64Array.of(members * Math.cos(angle), members * Math.sin(angle)),
    frames: new Map(Object.entries(frames).map(([frame, boxes]) => [Number(frame), boxes])),
    scenes: new Set(scenes),
  };
}
const LEFT: Box = [0, 0, 10, 10];
const NEAR_LEFT: Box = [1, 0, 11, 10];
const RIGHT: Box = [50, 0, 60, 10];
/** Of this cosine to an angle of 0. */
const cosine = (value: number): number => Math.acos(value);

describe("two clusters merge", () => {
  it("when they look alike and lie in the same box on shared frames", () => {
    const tracks = [track(0, 9, { 1: [LEFT], 2: [LEFT] }), track(cosine(0.6), 5, { 2: [NEAR_LEFT], 3: [RIGHT] })];
    expect(mergeFaces(tracks, THRESHOLDS)).toEqual([0, 0]);
  });

  it("when they look alike and share scenes, boxes or not", () => {
    expect(mergeFaces([track(0, 9, {}, [1, 2]), track(cosine(0.6), 5, {}, [2, 3])], THRESHOLDS)).toEqual([0, 0]);
    const apart = { 1: [LEFT] };
    expect(mergeFaces([track(0, 9, apart, [1]), track(0.1, 5, { 1: [RIGHT] }, [1])], THRESHOLDS)).toEqual([0, 0]);
  });

  it("exactly at a threshold", () => {
    // Jaccard 1/3 of scenes {1, 2} and {2, 3}; an overlap of half of each box is an IoU of 1/3.
    const scenes = [track(0, 1, {}, [1, 2]), track(0, 1, {}, [2, 3])];
    expect(mergeFaces(scenes, { ...THRESHOLDS, sceneJaccard: 1 / 3 })).toEqual([0, 0]);
    const boxes = [track(0, 1, { 1: [LEFT] }), track(0, 1, { 1: [[5, 0, 15, 10]] })];
    expect(mergeFaces(boxes, { ...THRESHOLDS, boxIou: 1 / 3 })).toEqual([0, 0]);
    expect(mergeFaces(boxes, { ...THRESHOLDS, boxIou: 0.334 })).toEqual([0, 1]);
  });
});

describe("two clusters stay apart", () => {
  it.each([
    ["look different", track(0, 9, { 1: [LEFT] }, [1]), track(cosine(0.5), 5, { 1: [LEFT] }, [1])],
    ["lie elsewhere on shared frames", track(0, 9, { 1: [LEFT] }), track(0, 5, { 1: [RIGHT] })],
    ["share no frame", track(0, 9, { 1: [LEFT] }), track(0, 5, { 2: [LEFT] })],
    ["share too few scenes", track(0, 9, {}, [1, 2, 3]), track(0, 5, {}, [3, 4, 5])],
    ["are known of nowhere", track(0, 9), track(0, 5)],
    ["have no direction", track(0, 0, { 1: [LEFT] }), track(0, 5, { 1: [LEFT] })],
  ])("when they %s", (_, a, b) => {
    expect(mergeFaces([a, b], THRESHOLDS)).toEqual([0, 1]);
    expect(mergeFaces([a, b], { ...THRESHOLDS, boxIou: 1e-9, sceneJaccard: 1 })).toEqual([0, 1]);
  });
});

describe("merging goes on", () => {
  it("with centroids weighted by members: a third joins the two, whom it would not have joined alone", () => {
    const scenes = [1];
    const [a, b, c] = [track(0, 10, {}, scenes), track(0.5, 10, {}, scenes), track(1.1, 10, {}, scenes)];
    expect(Math.cos(1.1)).toBeLessThan(0.55);
    expect(mergeFaces([a, b, c], THRESHOLDS)).toEqual([0, 0, 0]);
    // The heavier first one holds the centroid of the two where it was: too far from the third.
    expect(mergeFaces([track(0, 1000, {}, scenes), b, track(1.3, 10, {}, scenes)], THRESHOLDS)).toEqual([0, 0, 2]);
  });

  it("from the most alike pair, the lowest numbers on ties", () => {
    const scenes = [1];
    // The second could go with either; it goes with the third, and what they are is too far from the first.
    const tracks = [track(0, 10, {}, scenes), track(0.9, 10, {}, scenes), track(1.4, 30, {}, scenes)];
    expect(mergeFaces(tracks, THRESHOLDS)).toEqual([0, 1, 1]);
    const even = [track(-0.9, 10, {}, scenes), track(0, 10, {}, scenes), track(0.9, 10, {}, scenes)];
    expect(mergeFaces(even, THRESHOLDS)).toEqual([0, 0, 2]);
  });

  it("with the boxes and scenes of all that has merged", () => {
    const tracks = [
      track(0, 5, { 1: [LEFT] }, [1]),
      track(0.1, 5, { 1: [NEAR_LEFT], 9: [RIGHT] }, [2]),
      track(0.2, 5, { 9: [RIGHT] }, [7]),
    ];
    expect(mergeFaces([tracks[0]!, tracks[2]!], THRESHOLDS)).toEqual([0, 1]);
    expect(mergeFaces(tracks, THRESHOLDS)).toEqual([0, 0, 0]);
  });

  it("for two actors cut into pieces, in one film", () => {
    // Ada on the left of frames 1–4 and in scenes 1–3, in three pieces; Bea beside her, not unlike her; Cy alone.
    const frames = (from: number, to: number, box: Box) =>
      Object.fromEntries(Array.from({ length: to - from + 1 }, (_, i) => [from + i, [box]]));
    const tracks = [
      track(0, 40, frames(1, 3, LEFT), [1, 2]),
      track(0.8, 30, frames(1, 4, RIGHT), [4, 5]),
      track(0.1, 20, frames(3, 4, NEAR_LEFT), [6]),
      track(-0.3, 10, {}, [1, 2, 3]),
      track(2.5, 10, frames(1, 4, LEFT), [1, 2, 3]),
      track(0.9, 5, frames(4, 4, [51, 1, 61, 11]), []),
    ];
    expect(mergeFaces(tracks, THRESHOLDS)).toEqual([0, 1, 0, 0, 4, 1]);
  });
});

describe("the overlaps", () => {
  it("are means over shared frames of the best pair of boxes", () => {
    const a = track(0, 1, { 1: [LEFT, RIGHT], 2: [LEFT], 3: [LEFT] });
    const b = track(0, 1, { 1: [RIGHT], 2: [RIGHT], 4: [LEFT] });
    expect(sharedIou(a, b)).toBe(0.5);
    expect(sharedIou(a, track(0, 1))).toBeNull();
    expect(iou(LEFT, [5, 5, 15, 15])).toBeCloseTo(25 / 175);
    expect(iou(LEFT, [10, 0, 20, 10])).toBe(0);
    expect(jaccard(new Set([1, 2]), new Set([2, 3, 4]))).toBe(0.25);
    expect(jaccard(new Set(), new Set([2]))).toBeNull();
  });

  it.each([
    [
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ],
    [{ x1: 1, y1: 2, x2: 3, y2: 4 }, [1, 2, 3, 4]],
    [{ x: 1, y: 2, width: 2, height: 3 }, [1, 2, 3, 5]],
    [{ x: 1, y: 2, w: 2, h: 3 }, [1, 2, 3, 5]],
    [[3, 2, 1, 4], null],
    [[1, 2, 3], null],
    [[1, 2, 3, "4"], null],
    [{ x: 1, y: 2 }, null],
    ["1,2,3,4", null],
    [null, null],
  ])("box %o is %o", (value, box) => {
    expect(readBox(value)).toEqual(box);
  });

  it("tell frames and scenes by their values", () => {
    expect([readFrame(3), readFrame("3"), readFrame(null), readFrame([3])]).toEqual(["3", '"3"', null, null]);
    expect([readScenes("a"), readScenes([1, "a", null]), readScenes(undefined)]).toEqual([['"a"'], ["1", '"a"'], []]);
  });
});
