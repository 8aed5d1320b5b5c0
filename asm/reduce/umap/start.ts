/** What is done to a start before the layout. */
import { uniform } from "../../rng";

/** out[i] += size · a number in (−1, 1) that depends on the seed and i alone. */
export function umapNoise(out: usize, count: i32, size: f64, seedLow: u32, seedHigh: u32, purpose: u32): void {
  for (let i = 0; i < count; i++, out += 4) {
    store<f32>(out, <f32>(<f64>load<f32>(out) + size * (2 * uniform(seedLow, seedHigh, 0, purpose, <f64>i) - 1)));
  }
}
