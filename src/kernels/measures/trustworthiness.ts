/**
 * How far a layout's neighbourhoods can be trusted: Venna & Kaski, "Neighborhood preservation in nonlinear projection methods" (ICANN 2001). 1 where each of
 * a row's k nearest points in the layout is among its k nearest rows of the data (euclidean; ties go to the lower row); every other one costs by how
 * far down it ranks there. `rows` is n × dimensions, `layout` n × components, 1 ≤ k < n / 2. O(n² · (dimensions + k)).
 */
export function trustworthiness(
  rows: Float32Array,
  dimensions: number,
  layout: Float32Array,
  components: number,
  k: number,
): number {
  const n = rows.length / dimensions;
  if (layout.length !== n * components) throw new RangeError(`a layout of ${layout.length} values for ${n} rows`);
  if (!(Number.isInteger(k) && k >= 1 && k < n / 2)) {
    throw new RangeError(`k must be a whole number from 1 to less than half of ${n} rows, not ${k}`);
  }
  const inData = new Float64Array(n);
  const inLayout = new Float64Array(n);
  let penalty = 0;
  for (let i = 0; i < n; i++) {
    squaredDistances(rows, dimensions, i, inData);
    squaredDistances(layout, components, i, inLayout);
    for (const j of nearest(inLayout, i, k)) penalty += Math.max(0, rankOf(inData, i, j) - k);
  }
  return 1 - (2 * penalty) / (n * k * (2 * n - 3 * k - 1));
}

function squaredDistances(values: Float32Array, width: number, i: number, out: Float64Array): void {
  for (let j = 0; j < out.length; j++) {
    let sum = 0;
    for (let t = 0; t < width; t++) sum += (values[i * width + t]! - values[j * width + t]!) ** 2;
    out[j] = sum;
  }
}

/** The k nearest rows other than `self`, by insertion: ascending by distance, the lower row first among equals. */
function nearest(distances: Float64Array, self: number, k: number): number[] {
  const found: number[] = [];
  for (let j = 0; j < distances.length; j++) {
    if (j === self || (found.length === k && distances[j]! >= distances[found[k - 1]!]!)) continue;
    let place = found.length;
    while (place > 0 && distances[found[place - 1]!]! > distances[j]!) place--;
    found.splice(place, 0, j);
    if (found.length > k) found.pop();
  }
  return found;
}

/** 1 for the nearest other row. */
function rankOf(distances: Float64Array, self: number, j: number): number {
  const own = distances[j]!;
  let rank = 1;
  for (let other = 0; other < distances.length; other++) {
    const distance = distances[other]!;
    if (other !== self && (distance < own || (distance === own && other < j))) rank++;
  }
  return rank;
}
