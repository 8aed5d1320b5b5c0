/**
 * Where the layout starts: the eigenvectors of the graph's normalised Laplacian after the constant one, each connected component by itself and
 * set apart from the others, then a little noise, then [0, 10] along each axis. Departures: a component's place is known from the graph alone, and
 * more than `SPECTRAL_COMPONENTS` axes start as noise (see docs/design/umap.md).
 */
import type { Slices } from "../../contract";
import type { Graph } from "../../graph/contract";
import { components as connectedComponents, subgraph } from "../../graph/graph";
import { laplacianEigenpairs } from "../../graph/laplacian";
import type { KernelModule } from "../../module";
import { PURPOSE, seedWords } from "../../random";
import type { UmapState } from "../contract";
import { checkComponents } from "./options";

/** Axes that start from eigenvectors; the basis of the iteration bounds the memory. */
export const SPECTRAL_COMPONENTS = 16;
/** Good enough to start from, and what the reference asks of its solver. */
const TOLERANCE = 1e-4;
const EXTENT = 10;
const NOISE = 1e-4;

export function* umapStart(
  kernel: KernelModule,
  graph: Graph,
  { components: axes, seed }: { components: number; seed: number },
): Slices<UmapState> {
  checkComponents(axes);
  const { low, high } = seedWords(seed);
  const { nodes } = graph;
  const embedding = new Float32Array(nodes * axes);
  const parts = connectedComponents(graph);
  const places = componentPlaces(kernel, parts.count, axes, { low, high });
  const members = membersOf(parts.labels, parts.sizes);
  for (const [label, nodesOfPart] of members.entries()) {
    const own = parts.count === 1 ? graph : subgraph(graph, nodesOfPart);
    const coordinates = yield* layOut(kernel, own, axes, { low, high, label });
    const place = places.centers.subarray(label * axes, (label + 1) * axes);
    for (const [i, node] of nodesOfPart.entries()) {
      for (let t = 0; t < axes; t++) {
        embedding[node * axes + t] = EXTENT * (coordinates[i * axes + t]! * places.reach + place[t]!);
      }
    }
  }
  addNoise(kernel, embedding, NOISE, low, high, PURPOSE.umapStart);
  stretch(embedding, axes);
  return { epoch: 0, embedding };
}

interface Words {
  low: number;
  high: number;
}

/** One component's nodes × axes within [−1, 1]. */
function* layOut(
  kernel: KernelModule,
  graph: Graph,
  axes: number,
  { low, high, label }: Words & { label: number },
): Slices<Float32Array> {
  const { nodes } = graph;
  const result = new Float32Array(nodes * axes);
  const spectral = Math.min(axes, SPECTRAL_COMPONENTS);
  // Too few nodes for eigenvectors to mean anything: anywhere.
  const isSmall = nodes <= 2 * spectral;
  if (isSmall || spectral < axes) addNoise(kernel, result, 1, low, high + label, PURPOSE.umapScatter);
  if (isSmall) return result;
  const { vectors } = yield* laplacianEigenpairs(kernel, graph, {
    count: spectral + 1,
    tolerance: TOLERANCE,
    confirm: false,
  });
  let largest = 0;
  for (let at = nodes; at < vectors.length; at++) largest = Math.max(largest, Math.abs(vectors[at]!));
  for (let t = 0; t < spectral; t++) {
    for (let i = 0; i < nodes; i++) result[i * axes + t] = vectors[(t + 1) * nodes + i]! / largest;
  }
  return result;
}

/** Centres of the components, and how far each may reach: half the distance to the nearest other one. Up to 2 · axes lie on the axes' ends. */
function componentPlaces(kernel: KernelModule, count: number, axes: number, { low, high }: Words) {
  const centers = new Float32Array(count * axes);
  if (count === 1) return { centers, reach: 1 };
  if (count > 2 * axes) addNoise(kernel, centers, 1, low, high, PURPOSE.umapPlaces);
  else {
    const ends = Math.ceil(count / 2);
    for (let c = 0; c < count; c++) centers[c * axes + (c % ends)] = c < ends ? 1 : -1;
  }
  // Random places in few dimensions come close to each other: the side of an equal share of the cube is what is left to each.
  const reach = count > 2 * axes ? rootBelow(1 / count, axes) : Math.SQRT1_2;
  return { centers, reach };
}

/** The largest power of ½ whose `degree`-th power is at most `share`. */
function rootBelow(share: number, degree: number): number {
  let root = 1;
  while (root ** degree > share) root /= 2;
  return root;
}

function membersOf(labels: Int32Array, sizes: Int32Array): Int32Array[] {
  const members = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(sizes.length);
  for (const [node, label] of labels.entries()) members[label]![filled[label]!++] = node;
  return members;
}

function addNoise(
  kernel: KernelModule,
  values: Float32Array,
  size: number,
  low: number,
  high: number,
  purpose: number,
) {
  kernel.scoped(() => {
    const at = kernel.allocateF32(values.length, values);
    kernel.raw.umapNoise(at, values.length, size, low, high, purpose);
    values.set(kernel.f32(at, values.length));
  });
}

/** Every axis to [0, EXTENT]. */
function stretch(embedding: Float32Array, axes: number): void {
  const least = new Float32Array(axes).fill(Infinity);
  const most = new Float32Array(axes).fill(-Infinity);
  for (let i = 0; i < embedding.length; i++) {
    const t = i % axes;
    least[t] = Math.min(least[t]!, embedding[i]!);
    most[t] = Math.max(most[t]!, embedding[i]!);
  }
  for (let i = 0; i < embedding.length; i++) {
    const t = i % axes;
    const width = most[t]! - least[t]!;
    embedding[i] = width > 0 ? (EXTENT * (embedding[i]! - least[t]!)) / width : 0;
  }
}
