/** Gradient descent with momentum and gains: van der Maaten & Hinton, "Visualizing data using t-SNE" (JMLR 9, 2008); and the divergence that it lowers. */
import { naturalLog } from "../../math";
import { squareBetween } from "./attraction";
import { Layout } from "./state";

const LEAST_GAIN: f32 = 0.01;

/**
 * Moves every point. A coordinate's gain grows while the gradient keeps its sign and shrinks when it turns. Attraction counts `exaggeration` times.
 * Returns the gradient's squared norm.
 */
export function tsneStep(at: usize, exaggeration: f32, momentum: f32, rate: f32): f64 {
  const s = changetype<Layout>(at);
  const freedom = <f32>max(s.dimensions - 1, 1);
  const scale = <f32>2 * (freedom + 1) / freedom;
  // Attraction is held with the sign of the pull, repulsion with that of the push: the gradient has the opposite of both.
  const pull = -scale * exaggeration;
  const push = s.total > 0 ? <f32>(<f64>scale / s.total) : 0;
  let norm: f64 = 0;
  const bytes = <usize>s.rows * <usize>s.stride << 2;
  for (let i: usize = 0; i < bytes; i += 4) {
    const gradient = pull * load<f32>(s.attraction + i) - push * load<f32>(s.repulsion + i);
    const velocity = load<f32>(s.velocity + i);
    let gain = load<f32>(s.gains + i);
    gain = max(LEAST_GAIN, velocity * gradient < 0 ? gain + <f32>0.2 : gain * <f32>0.8);
    const step = momentum * velocity - rate * gain * gradient;
    store<f32>(s.gains + i, gain);
    store<f32>(s.velocity + i, step);
    store<f32>(s.points + i, load<f32>(s.points + i) + step);
    norm += <f64>gradient * <f64>gradient;
  }
  return norm;
}

/** Natural logarithm of the sum of similarities over all pairs. */
export function tsneLogTotal(at: usize): f64 {
  const s = changetype<Layout>(at);
  return s.total > 0 ? naturalLog(s.total) : 0;
}

/** Over the lists of rows [from, to): probability times the logarithm of the similarity w. */
export function tsneLogSimilarity(at: usize, from: i32, to: i32): f64 {
  const s = changetype<Layout>(at);
  const rowBytes = <usize>s.stride << 2;
  const freedom = <f64>max(s.dimensions - 1, 1);
  let sum: f64 = 0;
  for (let row = from; row < to; row++) {
    const first = <usize>row * <usize>s.k << 2;
    for (let e = first; e < first + (<usize>s.k << 2); e += 4) {
      const probability = <f64>load<f32>(s.probabilities + e);
      if (probability == 0) continue;
      const other = s.points + <usize>load<i32>(s.neighbors + e) * rowBytes;
      sum -= probability * naturalLog(1 + <f64>squareBetween(s.points + <usize>row * rowBytes, other, rowBytes) / freedom);
    }
  }
  return 0.5 * (freedom + 1) * sum;
}
