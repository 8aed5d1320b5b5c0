/** The nearest rotation to a small square matrix, by one-sided Jacobi (Hestenes 1958). */

const SWEEPS = 60;
const ORTHOGONAL = 1e-15;

/**
 * With A = U S Vᵀ (k × k, row-major): U Vᵀ and the sum of S. Where A is singular the missing directions are completed to a rotation, in the order
 * of the axes.
 */
export function polar(a: Float64Array, k: number): { rotation: Float64Array; nuclear: number } {
  // Columns of A are rotated against each other until they are orthogonal: then they are U S, and V holds the rotations.
  const columns = Array.from({ length: k }, (_, j) => Float64Array.from({ length: k }, (_, i) => a[i * k + j]!));
  const v = Array.from({ length: k }, (_, j) => Float64Array.from({ length: k }, (_, i) => Number(i === j)));
  for (let sweep = 0, turned = true; turned && sweep < SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < k; p++) {
      for (let q = p + 1; q < k; q++) {
        const [pp, qq] = [dot(columns[p]!, columns[p]!), dot(columns[q]!, columns[q]!)];
        const pq = dot(columns[p]!, columns[q]!);
        if (Math.abs(pq) <= ORTHOGONAL * Math.sqrt(pp * qq)) continue;
        turned = true;
        const zeta = (qq - pp) / (2 * pq);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cosine = 1 / Math.sqrt(1 + t * t);
        turn(columns[p]!, columns[q]!, cosine, cosine * t);
        turn(v[p]!, v[q]!, cosine, cosine * t);
      }
    }
  }
  const values = columns.map((column) => Math.sqrt(dot(column, column)));
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const u: Float64Array[] = [];
  const order = [...values.keys()].sort((p, q) => values[q]! - values[p]! || p - q);
  for (const j of order) {
    const isKnown = values[j]! > 1e-12 * largest;
    u.push(isKnown ? columns[j]!.map((entry) => entry / values[j]!) : complement(u, k));
  }
  const rotation = new Float64Array(k * k);
  for (const [at, j] of order.entries()) {
    for (let r = 0; r < k; r++) for (let c = 0; c < k; c++) rotation[r * k + c]! += u[at]![r]! * v[j]![c]!;
  }
  return { rotation, nuclear: values.reduce((sum, value) => sum + value, 0) };
}

/** A unit vector orthogonal to those given: of the axes the one that they hold least of. */
function complement(basis: readonly Float64Array[], k: number): Float64Array {
  let best = new Float64Array(k);
  for (let axis = 0; axis < k; axis++) {
    const vector = new Float64Array(k);
    vector[axis] = 1;
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        const share = dot(vector, other);
        for (let i = 0; i < k; i++) vector[i]! -= share * other[i]!;
      }
    }
    if (dot(vector, vector) > dot(best, best) + 1e-9) best = vector;
  }
  const length = Math.sqrt(dot(best, best));
  return best.map((entry) => entry / length);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function turn(p: Float64Array, q: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < p.length; i++) {
    const [x, y] = [p[i]!, q[i]!];
    p[i] = cosine * x - sine * y;
    q[i] = sine * x + cosine * y;
  }
}
