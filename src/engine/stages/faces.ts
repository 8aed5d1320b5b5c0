/** Which clusters are one face: boxes, frames and scenes of the members are gathered, then pairs of clusters merge. */
import type { FacesResult } from "../../domain/run/results";
import type { Stage, TaskContext } from "../context";
import { type Box, type FaceTrack, mergeFaces } from "../faces/merge";
import { readBox, readFrame, readScenes } from "../faces/read";
import { pieceName } from "../scratch";
import { CLUSTER_SUMS, clusterLabels } from "./clusters";
import { frozenPages } from "./frozen-rows";
import { getJson, putJson } from "./json";
import { getSums } from "./sums";

interface Part {
  from: number;
  to: number;
  /** Clustered rows without a readable box and frame, and without a scene. */
  unplaced: number;
  sceneless: number;
}

/** Names of frames or scenes, numbered as they come. */
class Names {
  readonly #numbers = new Map<string, number>();

  of(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  get list(): string[] {
    return [...this.#numbers.keys()];
  }
}

/** Fields of a sighting: cluster, frame, box. Of a scene: cluster, scene. */
const BOX_FIELDS = 6;
const SCENE_FIELDS = 2;

export const faces: Stage = {
  async map(context): Promise<Part> {
    const { span, scratch, pulse } = context;
    const labels = await clusterLabels(context, span.from, span.to);
    const [frames, scenes] = [new Names(), new Names()];
    const boxes: number[] = [];
    const seen: number[] = [];
    const part: Part = { ...span, unplaced: 0, sceneless: 0 };
    for await (const { from, page } of frozenPages(context, span)) {
      pulse.compute(() => {
        for (const [i, text] of (page.attributes ?? []).entries()) {
          const cluster = labels[from + i - span.from]!;
          if (cluster < 0) continue;
          const [boxValue, frameValue, sceneValue] = JSON.parse(text) as unknown[];
          const box = readBox(boxValue);
          const frame = readFrame(frameValue);
          if (box && frame !== null) boxes.push(cluster, frames.of(frame), ...box);
          else part.unplaced += 1;
          const named = readScenes(sceneValue);
          for (const scene of named) seen.push(cluster, scenes.of(scene));
          part.sceneless += Number(named.length === 0);
        }
      });
      pulse.beat({ done: from - span.from, total: span.to - span.from });
    }
    scratch.put(pieceName("faces/boxes", span.from, span.to), Float64Array.from(boxes));
    scratch.put(pieceName("faces/scenes", span.from, span.to), Int32Array.from(seen));
    putJson(scratch, pieceName("faces/names", span.from, span.to), { frames: frames.list, scenes: scenes.list });
    return part;
  },

  async reduce(context): Promise<FacesResult> {
    const { inputs, spec, pulse } = context;
    const parts = inputs.parts as Part[];
    const tracks = await readTracks(context, parts);
    const roots = pulse.compute(() => mergeFaces(tracks, spec.faceMerge!));
    const kept = [...new Set(roots)].sort((a, b) => a - b);
    return {
      targets: roots.map((root) => kept.indexOf(root)),
      clusters: kept.length,
      unplaced: parts.reduce((sum, { unplaced }) => sum + unplaced, 0),
      sceneless: parts.reduce((sum, { sceneless }) => sum + sceneless, 0),
    };
  },
};

async function readTracks(context: TaskContext, parts: Part[]): Promise<FaceTrack[]> {
  const { scratch, results, plan } = context;
  const clusters = results.assign!.sizes.length;
  const { dimensions } = plan.shape;
  const { counts, sums } = await getSums(scratch, CLUSTER_SUMS, clusters);
  const mean = await scratch.doubles("mean");
  const tracks = Array.from(counts, (count, cluster) => ({
    // The matrix is centred; directions are those of the vectors as they were prepared.
    sum: mean.map((value, i) => sums[cluster * dimensions + i]! + count * value),
    frames: new Map<number, Box[]>(),
    scenes: new Set<number>(),
  }));
  const [frames, scenes] = [new Names(), new Names()];
  for (const { from, to } of parts) {
    const names = await getJson<{ frames: string[]; scenes: string[] }>(scratch, pieceName("faces/names", from, to));
    const frameOf = names.frames.map((name) => frames.of(name));
    const sceneOf = names.scenes.map((name) => scenes.of(name));
    const boxes = await scratch.doubles(pieceName("faces/boxes", from, to));
    for (let at = 0; at < boxes.length; at += BOX_FIELDS) {
      const own = tracks[boxes[at]!]!.frames;
      const frame = frameOf[boxes[at + 1]!]!;
      const box: Box = [boxes[at + 2]!, boxes[at + 3]!, boxes[at + 4]!, boxes[at + 5]!];
      const known = own.get(frame);
      if (known) known.push(box);
      else own.set(frame, [box]);
    }
    const seen = await scratch.ints(pieceName("faces/scenes", from, to));
    for (let at = 0; at < seen.length; at += SCENE_FIELDS) tracks[seen[at]!]!.scenes.add(sceneOf[seen[at + 1]!]!);
  }
  return tracks;
}
