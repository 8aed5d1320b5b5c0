/** Exports of asm/community. */
export interface RawCommunity {
  leidenBytes(): number;
  leidenNodeBytes(): number;
  leidenBind(state: number, nodes: number, offsets: number, arcs: number, arrays: number): void;
  leidenObjective(state: number, scale: number, tolerance: number): void;
  leidenCommunities(state: number): number;
  leidenArcCount(state: number): number;
  leidenShuffle(state: number, seedLow: number, seedHigh: number, stream: number, purpose: number): void;
  leidenStart(state: number): void;
  leidenMove(state: number, budget: number): number;
  leidenSplit(state: number, from: number, to: number): void;
  leidenRefine(state: number, from: number, to: number): void;
  leidenGather(state: number): number;
  leidenAggregate(state: number, from: number, to: number): number;
  leidenAscend(state: number): void;
  leidenStrengths(state: number, byDegree: number): number;
  leidenComponents(state: number): number;
  leidenInside(state: number): number;
  leidenSquares(state: number): number;
  leidenMembership(state: number): number;
}
