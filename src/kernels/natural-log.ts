/** The natural logarithm from additions, multiplications and divisions alone: the same bits in every engine. */

const bits = new DataView(new ArrayBuffer(8));
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** Of the series of atanh: below 2^-53 of the result for arguments up to 0.172. */
const TERMS = 11;

/** ln(x) to about one unit in the last place, for a positive normal number. */
export function naturalLog(x: number): number {
  bits.setFloat64(0, x);
  let exponent = ((bits.getUint32(0) >>> 20) & 0x7ff) - 1023;
  bits.setUint32(0, (bits.getUint32(0) & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series = 0;
  for (let term = TERMS; term >= 0; term--) series = series * square + 1 / (2 * term + 1);
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * s * series);
}
