import type { RawTsne } from "./tsne/raw";

/** Exports of asm/reduce as the façade calls them. */
export interface RawReduce extends RawTsne {
  umapCurve(minDist: number, spread: number): void;
  umapCurveA(): number;
  umapCurveB(): number;
  umapStrengths(distances: number, k: number, from: number, to: number, fit: boolean, meanDistance: number): void;
  umapPower(x: number, b: number, out: number): void;
  // biome-ignore format: one line an export
  umapNoise(out: number, count: number, size: number, seedLow: number, seedHigh: number, purpose: number): void;
  umapLayoutBytes(): number;
  umapDrawnBytes(edges: number): number;
  umapLayoutEdges(state: number, offsets: number, tails: number, rates: number, drawn: number): void;
  // biome-ignore format: one line an export
  umapLayoutPoints(state: number, heads: number, others: number, otherCount: number, dimensions: number, stride: number, origin: number): void;
  // biome-ignore format: one line an export
  umapLayoutForces(state: number, a: number, b: number, negatives: number, seedLow: number, seedHigh: number, first: number): void;
  umapEpoch2(state: number, epoch: number, rate: number, from: number, to: number): void;
  umapEpoch(state: number, epoch: number, rate: number, from: number, to: number): void;
}
