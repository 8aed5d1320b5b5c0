/**
 * Fast local moving: Traag, Waltman & van Eck, "From Louvain to Leiden" (Scientific Reports 9, 2019), section "Leiden algorithm". Nodes wait in a
 * queue in random order; each goes to the neighbouring community (or an empty one) where the quality gains most, and its neighbours
 * elsewhere are queued again.
 */
import { philox, philoxWord } from "../rng";
import { ARC_BYTES, f64At, firstArc, i32At, Leiden, setF64, setI32 } from "./state";

/** All nodes into `queue`, in an order that is a function of the key alone (Fisher & Yates). */
export function leidenShuffle(at: usize, seedLow: u32, seedHigh: u32, stream: u32, purpose: u32): void {
  const s = changetype<Leiden>(at);
  for (let v = 0; v < s.nodes; v++) setI32(s.queue, v, v);
  for (let i = s.nodes; i > 1; i--) {
    const word = (s.nodes - i) & 3;
    if (word == 0) philox(<u32>i, 0, stream, purpose, seedLow, seedHigh);
    const j = <i32>((<u64>philoxWord(word) * <u64>i) >> 32);
    const last = i32At(s.queue, i - 1);
    setI32(s.queue, i - 1, i32At(s.queue, j));
    setI32(s.queue, j, last);
  }
}

/** Sums of the communities, the communities left over, and every node waiting: before `leidenMove`, after `leidenShuffle`. */
export function leidenStart(at: usize): void {
  const s = changetype<Leiden>(at);
  memory.fill(s.totals, 0, <usize>s.nodes << 3);
  memory.fill(s.sizes, 0, <usize>s.nodes << 2);
  memory.fill(s.links, 0, <usize>s.nodes << 3);
  memory.fill(s.marks, 1, <usize>s.nodes);
  for (let v = 0; v < s.nodes; v++) {
    const c = i32At(s.membership, v);
    setF64(s.totals, c, f64At(s.totals, c) + f64At(s.strengths, v));
    setI32(s.sizes, c, i32At(s.sizes, c) + 1);
  }
  s.spares = 0;
  for (let c = s.nodes - 1; c >= 0; c--) if (i32At(s.sizes, c) == 0) setI32(s.parts, s.spares++, c);
  s.head = 0;
  s.waiting = s.nodes;
}

/** Settles waiting nodes until `budget` arcs were looked at; returns how many still wait. */
export function leidenMove(at: usize, budget: i32): i32 {
  const s = changetype<Leiden>(at);
  while (s.waiting > 0 && budget > 0) {
    const v = i32At(s.queue, s.head);
    s.head = s.head + 1 == s.nodes ? 0 : s.head + 1;
    s.waiting--;
    store<u8>(s.marks + <usize>v, 0);
    budget -= 16 + moveNode(s, v);
  }
  return s.waiting;
}

/** Returns the node's arcs. */
function moveNode(s: Leiden, v: i32): i32 {
  const from = firstArc(s, v);
  const to = firstArc(s, v + 1);
  const touched = s.touched;
  const links = s.links;
  const membership = s.membership;
  let end = touched;
  for (let arc = from; arc < to; arc += ARC_BYTES) {
    const c = i32At(membership, load<i32>(arc));
    const link = f64At(links, c);
    // Written always, kept only where the community is new: a branch here would often be guessed wrong.
    store<i32>(end, c);
    end += <usize>(link == 0) << 2;
    setF64(links, c, link + <f64>load<f32>(arc, 4));
  }

  const own = i32At(membership, v);
  const strength = f64At(s.strengths, v);
  const pull = s.scale * strength;
  const ownLink = f64At(links, own);
  setF64(links, own, 0);
  const stay = ownLink - pull * (f64At(s.totals, own) - strength);
  let best = own;
  let most = stay;
  for (let t = touched; t < end; t += 4) {
    const c = load<i32>(t);
    const gain = f64At(links, c) - pull * f64At(s.totals, c);
    setF64(links, c, 0);
    if (gain > most && c != own) {
      most = gain;
      best = c;
    }
  }
  if (most < 0 && i32At(s.sizes, own) > 1) {
    most = 0;
    best = i32At(s.parts, s.spares - 1);
  }
  if (most > stay + s.tolerance) {
    leave(s, v, own, best, strength);
    for (let arc = from; arc < to; arc += ARC_BYTES) {
      const u = load<i32>(arc);
      if (i32At(membership, u) != best) wait(s, u);
    }
  }
  return <i32>((to - from) / ARC_BYTES);
}

function leave(s: Leiden, v: i32, own: i32, best: i32, strength: f64): void {
  if (i32At(s.sizes, best) == 0) s.spares--;
  setI32(s.membership, v, best);
  setI32(s.sizes, best, i32At(s.sizes, best) + 1);
  setF64(s.totals, best, f64At(s.totals, best) + strength);
  const left = i32At(s.sizes, own) - 1;
  setI32(s.sizes, own, left);
  setF64(s.totals, own, left == 0 ? 0 : f64At(s.totals, own) - strength);
  if (left == 0) setI32(s.parts, s.spares++, own);
}

@inline
function wait(s: Leiden, v: i32): void {
  if (load<u8>(s.marks + <usize>v)) return;
  store<u8>(s.marks + <usize>v, 1);
  let tail = s.head + s.waiting;
  if (tail >= s.nodes) tail -= s.nodes;
  setI32(s.queue, tail, v);
  s.waiting++;
}
