/** What a sample of vectors amounts to: the mean and the spread of every feature, and how the rows lie around centroids. */

export interface FeatureShape {
  name: string;
  dimensions: number;
  weight: number;
}

export interface FeatureSummary {
  name: string;
  mean: number[];
  /** Root of the mean squared distance to the mean. */
  spread: number;
}

export interface SampleSummary {
  /** Documents that the sample stands for. */
  documents: number;
  sampleRows: number;
  features: FeatureSummary[];
  /** Share of the rows nearest to each centroid, in the centroids' order; null without centroids. */
  shares: number[] | null;
  /** Mean distance of a row to its nearest centroid; null without centroids. */
  meanDistance: number | null;
}

export interface Centroids {
  count: number;
  /** count × the sum of the features' dimensions. */
  values: Float32Array;
}

/** Adds rows up one by one, in double precision and in the order that they come. */
export class SampleBuilder {
  readonly #features: FeatureShape[];
  readonly #normalize: boolean;
  readonly #centroids: Centroids | null;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  readonly #counts: Float64Array;
  #distance = 0;
  #rows = 0;

  /** @param normalize each feature's block of a row is taken at unit length, as runs do */
  constructor(features: FeatureShape[], normalize: boolean, centroids: Centroids | null) {
    this.#features = features;
    this.#normalize = normalize;
    this.#centroids = centroids;
    this.#sums = new Float64Array(features.reduce((sum, { dimensions }) => sum + dimensions, 0));
    this.#squares = new Float64Array(features.length);
    this.#counts = new Float64Array(centroids?.count ?? 0);
  }

  /** Rows as they are stored, row-major; changes them in place. */
  add(values: Float32Array): void {
    const width = this.#sums.length;
    for (let at = 0; at + width <= values.length; at += width) this.#addRow(values.subarray(at, at + width));
  }

  #addRow(row: Float32Array): void {
    let column = 0;
    for (const [i, { dimensions, weight }] of this.#features.entries()) {
      const block = row.subarray(column, column + dimensions);
      let square = 0;
      for (const value of block) square += value * value;
      const scale = this.#normalize && square > 0 ? 1 / Math.sqrt(square) : 1;
      for (let d = 0; d < dimensions; d++) {
        const value = block[d]! * scale;
        this.#sums[column + d]! += value;
        this.#squares[i]! += value * value;
        block[d] = value * weight;
      }
      column += dimensions;
    }
    this.#rows += 1;
    if (this.#centroids) this.#assign(row, this.#centroids);
  }

  #assign(row: Float32Array, { count, values }: Centroids): void {
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let c = 0; c < count; c++) {
      let square = 0;
      for (let d = 0, at = c * row.length; d < row.length && square < least; d++, at++) {
        const difference = row[d]! - values[at]!;
        square += difference * difference;
      }
      if (square < least) [nearest, least] = [c, square];
    }
    this.#counts[nearest]! += 1;
    this.#distance += Math.sqrt(least);
  }

  summary(documents: number): SampleSummary {
    const rows = this.#rows;
    let column = 0;
    const features = this.#features.map(({ name, dimensions }, i) => {
      const mean = Array.from(this.#sums.subarray(column, column + dimensions), (sum) => (rows > 0 ? sum / rows : 0));
      column += dimensions;
      const ofMean = mean.reduce((sum, value) => sum + value * value, 0);
      const spread = rows > 0 ? Math.sqrt(Math.max(0, this.#squares[i]! / rows - ofMean)) : 0;
      return { name, mean, spread };
    });
    const measured = this.#centroids !== null && rows > 0;
    return {
      documents,
      sampleRows: rows,
      features,
      shares: measured ? Array.from(this.#counts, (count) => count / rows) : null,
      meanDistance: measured ? this.#distance / rows : null,
    };
  }
}
