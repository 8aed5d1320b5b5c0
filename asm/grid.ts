/**
 * Sums that do not depend on order: every addend is rounded to a multiple of 2^e, and e is so large that no partial sum needs more
 * than 53 bits. The façade passes `magic` = 1.5 · 2^(52 + e); adding it and taking it away again rounds to the grid.
 */

@inline
export function onGrid(value: f64, magic: f64): f64 {
  return value + magic - magic;
}

@inline
export function onGrid2(value: v128, magic: v128): v128 {
  return f64x2.sub(f64x2.add(value, magic), magic);
}
