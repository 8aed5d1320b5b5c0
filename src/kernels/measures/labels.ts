/** Checks of labels, which every measure makes. */

export function checkLabels(matrix: { rows: number }, labels: Int32Array, clusters: number): void {
  if (labels.length !== matrix.rows) throw new RangeError(`${labels.length} labels for ${matrix.rows} rows`);
  const stranger = labels.find((label) => label >= clusters);
  if (stranger !== undefined) throw new RangeError(`label ${stranger} is not below ${clusters} clusters`);
}

/** Rows of each cluster; labels below 0 are noise. */
export function sizesOf(labels: Int32Array, clusters: number): Float64Array {
  const sizes = new Float64Array(clusters);
  for (const label of labels) if (label >= 0) sizes[label]!++;
  return sizes;
}
