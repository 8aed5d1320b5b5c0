/** Every method that clusters vectors and the file that implements it. `AVAILABLE` in domain/definition/effects.ts names the same. */
import type { MethodParams, VectorMethodName, VectorMethodSpec } from "../../domain/run/methods";
import { agglomerative } from "./agglomerative";
import { auto } from "./auto";
import { dbscan } from "./dbscan";
import { gaussianMixture } from "./gaussian-mixture";
import { hdbscan } from "./hdbscan";
import { kmeans } from "./kmeans";
import { leiden } from "./leiden";
import { meanShift } from "./mean-shift";
import type { FittedMethod, Method } from "./method";
import { optics } from "./optics";
import { spectral } from "./spectral";
import { wholeKMeans } from "./whole-kmeans";

const METHODS: { [K in VectorMethodName]?: Method<MethodParams[K]> } = {
  agglomerative,
  kmeans,
  gaussian_mixture: gaussianMixture,
  spectral,
  dbscan,
  hdbscan,
  leiden,
  optics,
  mean_shift: meanShift,
  auto,
};

export const IMPLEMENTED = Object.keys(METHODS) as VectorMethodName[];

/** The method with the parameters that belong to it: a specification pairs them, so whoever holds one need not know which. */
export function methodOf({ kind }: VectorMethodSpec): Method<unknown> {
  const method: Method<never> | undefined = METHODS[kind];
  if (!method) throw new TypeError(`no file implements ${kind}`);
  return method as Method<unknown>;
}

/** A method as one isolate fits it: k-means too, where it was chosen. */
export function fittedMethodOf(spec: VectorMethodSpec): FittedMethod<unknown> {
  const method = spec.kind === "kmeans" ? (wholeKMeans as FittedMethod<unknown>) : methodOf(spec);
  if (method.kind !== "fitted") throw new TypeError(`${spec.kind} is not fitted in one stage`);
  return method;
}
