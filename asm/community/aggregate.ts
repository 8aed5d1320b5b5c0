/**
 * The next level: every part becomes a node, which begins in the community of its part. Its arcs are summed from the given graph each time, not
 * from the level before, so that one coarse graph is held at a time, in no more room than the given one's. It is written to the arena's end piece by
 * piece, since how many arcs it has is not known before.
 */
import { allocate } from "../memory";
import { ARC_BYTES, f64At, i32At, Leiden, setF64, setI32 } from "./state";

/** What the arena grows by: a whole number of cache lines, so that pieces join. */
const PIECE_BYTES: usize = 65536;

let offsets: usize = 0;
let arcs: usize = 0;
let end: usize = 0;
let room: usize = 0;

/**
 * Makes the parts, numbered 0, 1, … in order of their first node, the nodes of the next level, with strengths and communities, and sorts the
 * given graph's nodes by part into `queue`; `sizes` holds where each part ends. Returns how many parts there are. The level before is gone:
 * its graph may be released before `leidenAggregate`.
 */
export function leidenGather(at: usize): i32 {
  const s = changetype<Leiden>(at);
  const count = numberParts(s);
  numberCommunities(s, count);
  memory.fill(s.sizes, 0, <usize>count << 2);
  for (let v = 0; v < s.originals; v++) {
    const part = i32At(s.parts, i32At(s.tops, v));
    setI32(s.tops, v, part);
    setI32(s.sizes, part, i32At(s.sizes, part) + 1);
  }
  for (let part = 0, sum = 0; part < count; part++) {
    const size = i32At(s.sizes, part);
    setI32(s.sizes, part, sum);
    sum += size;
  }
  for (let v = 0; v < s.originals; v++) {
    const part = i32At(s.tops, v);
    const place = i32At(s.sizes, part);
    setI32(s.queue, place, v);
    setI32(s.sizes, part, place + 1);
  }
  s.nodes = count;
  return count;
}

/** Numbers in `parts`, and the parts' strengths. */
function numberParts(s: Leiden): i32 {
  let count = 0;
  memory.fill(s.touched, 0xff, <usize>s.nodes << 2);
  memory.fill(s.partLinks, 0, <usize>s.nodes << 3);
  for (let v = 0; v < s.nodes; v++) {
    const part = i32At(s.parts, v);
    let number = i32At(s.touched, part);
    if (number < 0) setI32(s.touched, part, (number = count++));
    setI32(s.parts, v, number);
    setF64(s.partLinks, number, f64At(s.partLinks, number) + f64At(s.strengths, v));
  }
  memory.copy(s.strengths, s.partLinks, <usize>count << 3);
  return count;
}

/** The community of each part, renumbered from 0 so that numbers stay below the count of nodes. */
function numberCommunities(s: Leiden, count: i32): void {
  for (let v = 0; v < s.nodes; v++) setI32(s.sizes, i32At(s.parts, v), i32At(s.membership, v));
  memory.fill(s.touched, 0xff, <usize>s.nodes << 2);
  for (let part = 0, next = 0; part < count; part++) {
    const community = i32At(s.sizes, part);
    let number = i32At(s.touched, community);
    if (number < 0) setI32(s.touched, community, (number = next++));
    setI32(s.membership, part, number);
  }
}

/** Sums the arcs of the parts [from, to), from the first one on; false when the arena is full. */
export function leidenAggregate(at: usize, from: i32, to: i32): bool {
  const s = changetype<Leiden>(at);
  if (from == 0) {
    offsets = allocate(<usize>(s.nodes + 1) << 2);
    arcs = end = room = offsets ? allocate(0) : 0;
    if (arcs == 0) return false;
  }
  for (let part = from; part < to; part++) {
    setI32(offsets, part, <i32>((end - arcs) / ARC_BYTES));
    const first = part == 0 ? 0 : i32At(s.sizes, part - 1);
    if (!writeArcs(s, part, sumArcs(s, first, i32At(s.sizes, part)))) return false;
  }
  setI32(offsets, to, <i32>((end - arcs) / ARC_BYTES));
  s.offsets = offsets;
  s.arcs = arcs;
  return true;
}

/** Weights to the parts in `links`, their numbers in `touched`, whose end is returned. */
function sumArcs(s: Leiden, first: i32, last: i32): usize {
  let other = s.touched;
  for (let i = first; i < last; i++) {
    const v = i32At(s.queue, i);
    const to = s.givenArcs + <usize>i32At(s.givenOffsets, v + 1) * ARC_BYTES;
    for (let arc = s.givenArcs + <usize>i32At(s.givenOffsets, v) * ARC_BYTES; arc < to; arc += ARC_BYTES) {
      const neighbor = i32At(s.tops, load<i32>(arc));
      const link = f64At(s.links, neighbor);
      store<i32>(other, neighbor);
      other += <usize>(link == 0) << 2;
      setF64(s.links, neighbor, link + <f64>load<f32>(arc, 4));
    }
  }
  return other;
}

function writeArcs(s: Leiden, part: i32, last: usize): bool {
  const bytes = (last - s.touched) * 2;
  while (end + bytes > room) {
    if (allocate(PIECE_BYTES) == 0) return false;
    room += PIECE_BYTES;
  }
  for (let t = s.touched; t < last; t += 4) {
    const neighbor = load<i32>(t);
    const weight = <f32>f64At(s.links, neighbor);
    setF64(s.links, neighbor, 0);
    if (neighbor == part) continue;
    store<i32>(end, neighbor);
    store<f32>(end, weight, 4);
    end += ARC_BYTES;
  }
  return true;
}
