/**
 * Refinement: every community is taken apart into single nodes, and these are merged again within it, only along edges, so that each part is
 * connected. A node joins the part where the quality gains most, if it and the part are well connected to their community.
 *
 * Departure from the paper: it draws the part at random, with odds that grow exponentially with the gain; taking the best one (as
 * leidenalg does) needs no temperature and gave the better quality. Chance enters by the order of the nodes.
 */
import { ARC_BYTES, f64At, firstArc, i32At, Leiden, setF64, setI32 } from "./state";

/** Single nodes [from, to), with the weight of their arcs inside their community. */
export function leidenSplit(at: usize, from: i32, to: i32): void {
  const s = changetype<Leiden>(at);
  for (let v = from; v < to; v++) {
    const own = i32At(s.membership, v);
    const end = firstArc(s, v + 1);
    let inside: f64 = 0;
    for (let arc = firstArc(s, v); arc < end; arc += ARC_BYTES) {
      if (i32At(s.membership, load<i32>(arc)) == own) inside += <f64>load<f32>(arc, 4);
    }
    setI32(s.parts, v, v);
    setF64(s.partTotals, v, f64At(s.strengths, v));
    setF64(s.partLinks, v, inside);
    store<u8>(s.marks + <usize>v, 0);
  }
}

/** Merges the nodes at places [from, to) of `queue`, after all were split and the queue was shuffled. */
export function leidenRefine(at: usize, from: i32, to: i32): void {
  const s = changetype<Leiden>(at);
  for (let i = from; i < to; i++) {
    const v = i32At(s.queue, i);
    if (!load<u8>(s.marks + <usize>v)) mergeNode(s, v);
  }
}

function mergeNode(s: Leiden, v: i32): void {
  const own = i32At(s.membership, v);
  const whole = f64At(s.totals, own);
  const strength = f64At(s.strengths, v);
  const inside = f64At(s.partLinks, v);
  const pull = s.scale * strength;
  if (inside == 0 || inside < pull * (whole - strength)) return;

  const links = s.links;
  const touched = s.touched;
  const to = firstArc(s, v + 1);
  let end = touched;
  for (let arc = firstArc(s, v); arc < to; arc += ARC_BYTES) {
    const u = load<i32>(arc);
    if (i32At(s.membership, u) != own) continue;
    const part = i32At(s.parts, u);
    const link = f64At(links, part);
    store<i32>(end, part);
    end += <usize>(link == 0) << 2;
    setF64(links, part, link + <f64>load<f32>(arc, 4));
  }

  let best = v;
  let most = s.tolerance;
  let link: f64 = 0;
  for (let t = touched; t < end; t += 4) {
    const part = load<i32>(t);
    const total = f64At(s.partTotals, part);
    const gain = f64At(links, part) - pull * total;
    if (gain > most && f64At(s.partLinks, part) >= s.scale * total * (whole - total)) {
      most = gain;
      best = part;
      link = f64At(links, part);
    }
    setF64(links, part, 0);
  }
  if (best == v) return;
  setI32(s.parts, v, best);
  setF64(s.partTotals, best, f64At(s.partTotals, best) + strength);
  setF64(s.partLinks, best, max(0, f64At(s.partLinks, best) + inside - 2 * link));
  store<u8>(s.marks + <usize>v, 1);
  store<u8>(s.marks + <usize>best, 1);
}
