/** Tables of a vector clustering: centroids with their spread, representatives and place on the map. */
import type { CentroidRow } from "../../artifacts";
import { clusterLabelId } from "../../domain/ids";
import type { TaskContext } from "../context";
import { CLUSTER_NEAREST, CLUSTER_SUMS, clusterLabels, labelBounds } from "./clusters";
import { DESCRIBED_NEAREST, DESCRIBED_SQUARES } from "./describe";
import { centroidPlaces, coordinateBounds } from "./map-places";
import { centroidsName } from "./median";
import { Nearest } from "./nearest";
import { getSums } from "./sums";
import type { Tables } from "./tables";

export async function vectorTables(context: TaskContext): Promise<Tables> {
  const { results, plan } = context;
  const { bounds, noiseRows } = results.assign!;
  const scored = (name: string, found?: boolean) => (found ? { name, bounds: labelBounds(results) } : null);
  return {
    members: {
      bounds: results.gather!.bounds,
      distances: results.describe
        ? { name: "described/distances", bounds: results.describe.bounds }
        : { name: "distances", bounds },
      coordinates: coordinateBounds(results),
      components: plan.map?.components ?? 0,
      probabilities: scored("probabilities", results.cluster?.probabilities),
      outlierScores: scored("outlier_scores", results.cluster?.outlierScores),
      clusters: async (from, to) =>
        Array.from(await clusterLabels(context, from, to), (label) => ({ id: clusterLabelId(label), label: null })),
    },
    ...(await centroidTable(context)),
    hierarchy: [],
    noiseRows,
  };
}

async function centroidTable(context: TaskContext): Promise<Pick<Tables, "representatives" | "centroids">> {
  const { results, scratch, spec, plan } = context;
  const { dimensions } = plan.shape;
  const { sizes } = results.assign!;
  // What `auto` chose is what made the clusters.
  const method = results.choose?.chosen ?? spec.method;
  if (method.kind === "attribute") throw new TypeError("attributes have no centroids");
  const k = sizes.length;
  const centered = await scratch.floats(centroidsName(context));
  const mean = await scratch.doubles("mean");
  const squares = results.describe
    ? await scratch.doubles(DESCRIBED_SQUARES)
    : (await getSums(scratch, CLUSTER_SUMS, k)).squaredDistances;
  const nearest = new Nearest(k, await scratch.doubles(results.describe ? DESCRIBED_NEAREST : CLUSTER_NEAREST));
  const coordinates = plan.map ? await centroidPlaces(context, plan.map, centered) : null;
  const representatives = sizes.map((_, cluster) => nearest.of(cluster).map(([row]) => row));
  const row = (size: number, cluster: number, ids: Map<number, string>): CentroidRow => {
    const own = centered.subarray(cluster * dimensions, (cluster + 1) * dimensions);
    return {
      clusterId: clusterLabelId(cluster),
      vector: own.map((value, i) => value + mean[i]!),
      numMembers: size,
      variance: squares[cluster]! / size,
      label: null,
      summary: null,
      keywords: null,
      featureName: spec.features.map((feature) => feature.uri).join(" "),
      featureDimensions: dimensions,
      parentClusterId: null,
      hierarchyLevel: 0,
      coordinates: coordinates?.[cluster] ?? null,
      representatives: representatives[cluster]!.map((member) => ids.get(member)!),
      algorithm: method.kind,
      parameters: JSON.stringify(method.params),
      reductionMethod: plan.map?.method ?? null,
    };
  };
  return {
    representatives: representatives.flat(),
    centroids: (ids) => sizes.map((size, cluster) => row(size, cluster, ids)),
  };
}
