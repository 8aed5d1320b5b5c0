/** From the last level back to the nodes of the given graph: communities, their connected components, and the quality. */
import { ARC_BYTES, f64At, firstArc, i32At, Leiden, setF64, setI32 } from "./state";

/** Every node of the given graph becomes one of its own, at the first level, in the community that it has at the last. */
export function leidenAscend(at: usize): void {
  const s = changetype<Leiden>(at);
  for (let v = 0; v < s.originals; v++) {
    setI32(s.parts, v, i32At(s.membership, i32At(s.tops, v)));
    setI32(s.tops, v, v);
  }
  memory.copy(s.membership, s.parts, <usize>s.originals << 2);
  s.nodes = s.originals;
  s.offsets = s.givenOffsets;
  s.arcs = s.givenArcs;
}

/** Strength of every node: its degree, or 1. Returns their sum. */
export function leidenStrengths(at: usize, byDegree: bool): f64 {
  const s = changetype<Leiden>(at);
  let sum: f64 = 0;
  for (let v = 0; v < s.nodes; v++) {
    let strength: f64 = byDegree ? 0 : 1;
    if (byDegree) {
      const end = firstArc(s, v + 1);
      for (let arc = firstArc(s, v); arc < end; arc += ARC_BYTES) strength += <f64>load<f32>(arc, 4);
    }
    setF64(s.strengths, v, strength);
    sum += strength;
  }
  return sum;
}

/**
 * Numbers the connected components of the communities, in order of their first node, as the new communities; returns how many there are. Local
 * moving can leave a community in pieces when its strength grew behind a node's back; taken apart, the quality rises.
 */
export function leidenComponents(at: usize): i32 {
  const s = changetype<Leiden>(at);
  memory.fill(s.parts, 0xff, <usize>s.nodes << 2);
  let count = 0;
  for (let root = 0; root < s.nodes; root++) {
    if (i32At(s.parts, root) >= 0) continue;
    const own = i32At(s.membership, root);
    setI32(s.parts, root, count);
    setI32(s.queue, 0, root);
    for (let head = 0, tail = 1; head < tail; head++) {
      const v = i32At(s.queue, head);
      const end = firstArc(s, v + 1);
      for (let arc = firstArc(s, v); arc < end; arc += ARC_BYTES) {
        const u = load<i32>(arc);
        if (i32At(s.parts, u) >= 0 || i32At(s.membership, u) != own) continue;
        setI32(s.parts, u, count);
        setI32(s.queue, tail++, u);
      }
    }
    count++;
  }
  memory.copy(s.membership, s.parts, <usize>s.nodes << 2);
  return count;
}

/** Weight of the arcs inside communities. */
export function leidenInside(at: usize): f64 {
  const s = changetype<Leiden>(at);
  let sum: f64 = 0;
  for (let v = 0; v < s.nodes; v++) {
    const own = i32At(s.membership, v);
    const end = firstArc(s, v + 1);
    for (let arc = firstArc(s, v); arc < end; arc += ARC_BYTES) {
      if (i32At(s.membership, load<i32>(arc)) == own) sum += <f64>load<f32>(arc, 4);
    }
  }
  return sum;
}

/** Sum over communities of their squared strength. */
export function leidenSquares(at: usize): f64 {
  const s = changetype<Leiden>(at);
  memory.fill(s.totals, 0, <usize>s.nodes << 3);
  for (let v = 0; v < s.nodes; v++) {
    const own = i32At(s.membership, v);
    setF64(s.totals, own, f64At(s.totals, own) + f64At(s.strengths, v));
  }
  let sum: f64 = 0;
  for (let c = 0; c < s.nodes; c++) sum += f64At(s.totals, c) * f64At(s.totals, c);
  return sum;
}
