/** ZCA whitening from the kernels' scatter matrix, eigenpairs and projection, against what it is defined by. */
import { describe, expect, it } from "vitest";
import { run } from "../../src/kernels";
import { whiteningTransform } from "../../src/kernels/whitening";
import { digits } from "./reduce/support";
import { blobs, floats, loadCentred, plain, shared } from "./support";

/** Whitened rows, their covariance by brute force in f64, and the transform. */
function whiten(values: Float32Array, d: number, regularization: number) {
  const kernels = plain();
  const { matrix, grid } = loadCentred(kernels, values, d);
  const scatter = run(kernels.scatter(matrix, 0, grid));
  const { values: spread, vectors } = run(kernels.eigenSymmetric(scatter, d, d));
  const transform = whiteningTransform(spread, vectors, matrix.rows, regularization);
  const rows = kernels.project(matrix, transform, d);
  const covariance = new Float64Array(d * d);
  for (let r = 0; r < matrix.rows; r++) {
    for (let i = 0; i < d; i++) {
      for (let j = i; j < d; j++) covariance[i * d + j]! += (rows[r * d + i]! * rows[r * d + j]!) / (matrix.rows - 1);
    }
  }
  return { covariance, transform, spread: spread.map((value) => value / (matrix.rows - 1)), vectors };
}

/** Largest distance of the covariance from Σ vᵢ vᵢᵀ · λᵢ / (λᵢ + ε): the identity where the variances are well above ε. */
function off({ covariance, spread, vectors }: ReturnType<typeof whiten>, d: number, regularization: number): number {
  let worst = 0;
  const shares = spread.map((variance) => (variance > 1e-9 ? variance / (variance + regularization) : 0));
  for (let i = 0; i < d; i++) {
    for (let j = i; j < d; j++) {
      let expected = 0;
      for (let k = 0; k < d; k++) expected += shares[k]! * vectors[k * d + i]! * vectors[k * d + j]!;
      worst = Math.max(worst, Math.abs(covariance[i * d + j]! - expected));
    }
  }
  return worst;
}

describe("whitening", () => {
  it("makes the covariance the identity, to 1e-3", () => {
    const d = 6;
    const { covariance } = whiten(
      blobs(900, d, 5, 3).map((value, at) => value * 4 ** (at % d)),
      d,
      0,
    );
    for (let i = 0; i < d; i++) {
      for (let j = i; j < d; j++) expect(Math.abs(covariance[i * d + j]! - (i === j ? 1 : 0))).toBeLessThan(1e-3);
    }
  });

  it.each([0, 1e-5, 1])(
    "adds its regularisation (%d) to the variances; digits, whose constant columns stay",
    (ridge) => {
      expect(off(whiten(digits(), 64, ridge), 64, ridge)).toBeLessThan(1e-3);
    },
  );

  it("does so for a real embedding of 512 dimensions", ({ skip }) => {
    const file = shared("data/met_clip512.f32");
    if (!file) return skip("met_clip512 is absent");
    expect(off(whiten(floats(file), 512, 1e-5), 512, 1e-5)).toBeLessThan(1e-3);
  });

  it("is symmetric: of all whitenings the one that moves rows least", () => {
    const { transform } = whiten(blobs(300, 5, 3, 1), 5, 1e-5);
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < i; j++) expect(transform[i * 5 + j]).toBeCloseTo(transform[j * 5 + i]!, 10);
    }
  });

  it("leaves rows without any variance at zero", () => {
    const { covariance } = whiten(new Float32Array(40).fill(7), 4, 0);
    expect(covariance.every((value) => value === 0)).toBe(true);
  });
});
