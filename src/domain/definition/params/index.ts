/** The parameter model of every method that has one; `attribute_based` and `auto` have none. */
import type { Algorithm } from "../model";
import { agglomerative } from "./agglomerative";
import { dbscan } from "./dbscan";
import { gaussianMixture } from "./gaussian-mixture";
import { hdbscan } from "./hdbscan";
import { kmeans } from "./kmeans";
import { leiden } from "./leiden";
import { meanShift } from "./mean-shift";
import type { ParameterModel } from "./model";
import { optics } from "./optics";
import { spectral } from "./spectral";

export const PARAMETER_MODELS: Record<Algorithm, ParameterModel | null> = {
  kmeans,
  dbscan,
  hdbscan,
  agglomerative,
  spectral,
  gaussian_mixture: gaussianMixture,
  mean_shift: meanShift,
  optics,
  leiden,
  attribute_based: null,
  auto: null,
};
