/**
 * One arena over the imported memory. Allocation moves a pointer, `release` moves it back; nothing is freed singly and the memory
 * never shrinks. The caller owns the order: what was allocated last is released first.
 */
const PAGE: usize = 65536;

let top: usize = (__heap_base + 63) & ~63;
let limit: usize = 64 << 20;

/** The memory may grow to `bytes`, its own static data included. */
export function setLimit(bytes: usize): void {
  limit = bytes;
}

/** Address of `bytes` bytes, aligned to 64 (a cache line), or 0 when the limit would be passed. Not zeroed. */
export function allocate(bytes: usize): usize {
  if (bytes > limit) return 0;
  const start = top;
  const end = (start + bytes + 63) & ~63;
  if (end > limit) return 0;
  const have = <usize>memory.size() * PAGE;
  if (end > have && memory.grow(<i32>((end - have + PAGE - 1) / PAGE)) < 0) return 0;
  top = end;
  return start;
}

export function mark(): usize {
  return top;
}

export function release(to: usize): void {
  if (to < top) top = to;
}
