/**
 * Philox4x32-10: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). A number is a function of
 * (seed, stream, index), never of how many were drawn before, so that any task may draw any of them in any order.
 */
let word0: u32 = 0;
let word1: u32 = 0;
let word2: u32 = 0;
let word3: u32 = 0;

/** Four random words of a 128-bit counter under a 64-bit key; read them with `philoxWord`. */
export function philox(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32): void {
  for (let round = 0; round < 10; round++) {
    const p0 = <u64>0xd2511f53 * <u64>c0;
    const p1 = <u64>0xcd9e8d57 * <u64>c2;
    c0 = <u32>(p1 >> 32) ^ c1 ^ k0;
    c2 = <u32>(p0 >> 32) ^ c3 ^ k1;
    c1 = <u32>p1;
    c3 = <u32>p0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  word0 = c0;
  word1 = c1;
  word2 = c2;
  word3 = c3;
}

export function philoxWord(i: i32): u32 {
  return i == 0 ? word0 : i == 1 ? word1 : i == 2 ? word2 : word3;
}

/** Uniform in (0, 1), never 0 or 1: 52 bits of the counter (index, stream) under the seed, and a half. `index` < 2^53. */
export function uniform(seedLow: u32, seedHigh: u32, stream: u32, purpose: u32, index: f64): f64 {
  const i = <u64>index;
  philox(<u32>i, <u32>(i >> 32), stream, purpose, seedLow, seedHigh);
  const bits = ((<u64>word0 << 32) | <u64>word1) >> 12;
  return (<f64>bits + 0.5) * (1.0 / 4503599627370496.0);
}
