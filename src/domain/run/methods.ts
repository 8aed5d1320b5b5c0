/** The method of a run with its parameters, as the wire names them; keys without an effect are left out of them. */
import type { Algorithm, AttributeConfig, KMeansParams } from "../definition/model";
import type { AgglomerativeParams } from "../definition/params/agglomerative";
import type { DbscanParams } from "../definition/params/dbscan";
import type { GaussianMixtureParams } from "../definition/params/gaussian-mixture";
import type { HdbscanParams } from "../definition/params/hdbscan";
import type { LeidenParams } from "../definition/params/leiden";
import type { MeanShiftParams } from "../definition/params/mean-shift";
import type { OpticsParams } from "../definition/params/optics";
import type { SpectralParams } from "../definition/params/spectral";

/** Parameters of every method that clusters vectors. */
export interface MethodParams {
  kmeans: KMeansParams;
  dbscan: DbscanParams;
  hdbscan: HdbscanParams;
  optics: OpticsParams;
  agglomerative: AgglomerativeParams;
  spectral: SpectralParams;
  gaussian_mixture: GaussianMixtureParams;
  mean_shift: MeanShiftParams;
  leiden: LeidenParams;
  /** Takes none: it chooses one of the others with its parameters. */
  auto: Record<string, never>;
}

export type VectorMethodName = keyof MethodParams;

export type VectorMethodSpec = { [K in VectorMethodName]: { kind: K; params: MethodParams[K] } }[VectorMethodName];

export type MethodSpec = VectorMethodSpec | { kind: "attribute"; config: AttributeConfig };

/** The method as requests and answers name it. */
export const algorithmOf = ({ kind }: MethodSpec): Algorithm => (kind === "attribute" ? "attribute_based" : kind);
