/** The scatter matrix is made of float32 products: eigenvalues below this share of the largest are their rounding. */
const ROUNDING = 1e-8;

/**
 * ZCA whitening (Bell & Sejnowski 1997): the symmetric transform W = V diag(1/√(λ + ε)) Vᵀ, after which centred rows have the identity as
 * covariance, and which of all such transforms moves them least. Deterministic; d³ operations.
 * @param values eigenvalues of the scatter matrix, d of them
 * @param vectors its eigenvectors as rows, d × d
 * @param rows number of rows n; the covariance is the scatter matrix over n − 1
 * @param regularization ε, added to the variances
 * @returns d × d, row-major
 */
export function whiteningTransform(
  values: Float64Array,
  vectors: Float64Array,
  rows: number,
  regularization: number,
): Float64Array<ArrayBuffer> {
  const d = values.length;
  const transform = new Float64Array(d * d);
  // What is left of a direction without variance is the scatter matrix's rounding: scaling it to 1 would make noise of it.
  const nothing = (ROUNDING * Math.max(0, values[0] ?? 0)) / Math.max(rows - 1, 1);
  for (let k = 0; k < d; k++) {
    // Rounding leaves eigenvalues of a singular matrix on either side of zero.
    const variance = Math.max(0, values[k]! / Math.max(rows - 1, 1)) + regularization;
    const scale = variance > nothing ? 1 / Math.sqrt(variance) : 0;
    const vector = vectors.subarray(k * d, (k + 1) * d);
    for (let i = 0; i < d; i++) {
      const weight = scale * vector[i]!;
      const row = transform.subarray(i * d, (i + 1) * d);
      for (let j = 0; j < d; j++) row[j]! += weight * vector[j]!;
    }
  }
  return transform;
}
