/** Grids for exact sums, and the scale that keeps squares within float32. See docs/design/reproducible-sums.md. */

/** Largest finite float32. */
export const FLOAT32_MAX = 3.4028234663852886e38;

const bits = new DataView(new ArrayBuffer(8));

/** Smallest e with 2^e ≥ value, for a positive normal number. Read off the bits: `Math.log2` may differ between engines. */
export function ceilLog2(value: number): number {
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const exponent = ((high >>> 20) & 0x7ff) - 1023;
  const isPower = (high & 0xfffff) === 0 && bits.getUint32(4) === 0;
  return isPower ? exponent : exponent + 1;
}

/**
 * The constant that rounds an f64 to the grid for a sum of `addends` numbers of magnitude ≤ `bound`: value + magic − magic. The grid's
 * step g is so large that addends × bound ≤ 2^52 g; hence every partial sum is a multiple of g below 2^53 g, which f64 holds exactly.
 */
export function gridMagic(bound: number, addends: number): number {
  if (bound === 0) return 0;
  const exponent = ceilLog2(bound) + ceilLog2(Math.max(addends, 4)) - 52;
  return 1.5 * 2 ** (52 + exponent);
}

/** Power of four to multiply squares with, so that data of magnitude `maxAbs` neither overflows nor vanishes in float32. */
export function squareScale(maxAbs: number): number {
  if (maxAbs === 0) return 1;
  const exponent = ceilLog2(maxAbs);
  if (exponent > 30) return 2 ** (40 - 2 * exponent);
  if (exponent < -30) return 2 ** (-40 - 2 * exponent);
  return 1;
}
