/** Tables of a vector clustering: centroids of every level with their spread, representatives and place on the map. */
import type { CentroidRow } from "../../artifacts";
import type { VectorMethodSpec } from "../../domain/run/methods";
import type { TaskContext } from "../context";
import { CLUSTER_NEAREST, CLUSTER_SUMS, labelBounds, settledName } from "./clusters";
import { DESCRIBED_NEAREST, DESCRIBED_SQUARES } from "./describe";
import { centroidPlaces, coordinateBounds } from "./map-places";
import { centroidsName } from "./median";
import type { MemberSource } from "./members";
import { Nearest } from "./nearest";
import { levelCount, levelOf } from "./subclusters/levels";
import { DEEP_DISTANCES, levelCentroids, levelNearest, levelSquares } from "./subclusters/spread";
import { type ClusterTree, clusterTree, deepestIds, type TreeNode } from "./subclusters/tree";
import { getSums } from "./sums";
import type { Tables } from "./tables";

export async function vectorTables(context: TaskContext): Promise<Tables> {
  const { results, plan } = context;
  const scored = (name: string, found?: boolean) => (found ? { name, bounds: labelBounds(results) } : null);
  const tree = await clusterTree(context);
  return {
    members: {
      bounds: results.gather!.bounds,
      distances: distancesOf(context),
      coordinates: coordinateBounds(results),
      components: plan.map?.components ?? 0,
      probabilities: scored("probabilities", results.cluster?.probabilities),
      outlierScores: scored("outlier_scores", results.cluster?.outlierScores),
      clusters: async (from, to) => (await deepestIds(context, tree, from, to)).map((id) => ({ id, label: null })),
    },
    ...(await centroidTable(context, tree)),
    hierarchy:
      levelCount(context) > 0
        ? tree.nodes.map(({ id, parentId, level, size }) => ({
            clusterId: id,
            parentClusterId: parentId,
            level,
            numMembers: size,
            label: null,
          }))
        : [],
    noiseRows: results.assign!.noiseRows,
  };
}

/** To the centroids that the run reports, of the deepest clusters. */
function distancesOf(context: TaskContext): MemberSource["distances"] {
  const { describe, subcluster_spread: deep, assign } = context.results;
  if (describe) return { name: "described/distances", bounds: describe.bounds };
  if (deep && levelCount(context) > 0) return { name: DEEP_DISTANCES, bounds: deep.bounds };
  return { name: settledName(context, "distances"), bounds: assign!.bounds };
}

/** What is known of the clusters of one level. */
interface LevelFacts {
  /** Centred, clusters × dimensions. */
  centroids: Float32Array;
  squares: Float64Array;
  nearest: Nearest;
  coordinates: (number[] | null)[] | null;
}

async function factsOf(context: TaskContext, level: number): Promise<LevelFacts> {
  const { results, scratch, plan } = context;
  const clusters = (await levelOf(context, level)).nodes.length;
  const kind = results.describe ? "described" : "means";
  const top = level === 0;
  const centroids = await scratch.floats(top ? centroidsName(context) : levelCentroids(context, level));
  const nearest = top
    ? results.describe
      ? DESCRIBED_NEAREST
      : settledName(context, CLUSTER_NEAREST)
    : levelNearest(kind, level);
  const squares = async () => {
    if (!top) return scratch.doubles(levelSquares(kind, level));
    if (results.describe) return scratch.doubles(DESCRIBED_SQUARES);
    return (await getSums(scratch, settledName(context, CLUSTER_SUMS), clusters)).squaredDistances;
  };
  return {
    centroids,
    squares: await squares(),
    nearest: new Nearest(clusters, await scratch.doubles(nearest)),
    coordinates: plan.map ? await centroidPlaces(context, plan.map, level, centroids) : null,
  };
}

async function centroidTable(
  context: TaskContext,
  tree: ClusterTree,
): Promise<Pick<Tables, "representatives" | "centroids">> {
  const { results, spec, scratch } = context;
  // What `auto` chose is what made the clusters.
  const method = results.choose?.chosen ?? spec.method;
  if (method.kind === "attribute") throw new TypeError("attributes have no centroids");
  const mean = await scratch.doubles("mean");
  const levels: LevelFacts[] = [];
  for (let level = 0; level <= levelCount(context); level++) levels.push(await factsOf(context, level));
  const representatives = ({ level, node }: TreeNode) => levels[level]!.nearest.of(node).map(([row]) => row);
  return {
    representatives: tree.nodes.flatMap(representatives),
    centroids: (ids) =>
      tree.nodes.map((one) => ({
        ...centroidRow(context, one, levels[one.level]!, mean),
        representatives: representatives(one).map((member) => ids.get(member)!),
        ...methodColumns(context, one, method),
      })),
  };
}

function centroidRow(
  { plan, spec }: TaskContext,
  { id, parentId, level, node, size }: TreeNode,
  { centroids, squares, coordinates }: LevelFacts,
  mean: Float64Array,
): Omit<CentroidRow, "representatives" | "algorithm" | "parameters"> {
  const { dimensions } = plan.shape;
  const own = centroids.subarray(node * dimensions, (node + 1) * dimensions);
  return {
    clusterId: id,
    vector: own.map((value, i) => value + mean[i]!),
    numMembers: size,
    variance: squares[node]! / size,
    label: null,
    summary: null,
    keywords: null,
    featureName: spec.features.map((feature) => feature.uri).join(" "),
    featureDimensions: dimensions,
    parentClusterId: parentId,
    hierarchyLevel: level,
    coordinates: coordinates?.[node] ?? null,
    reductionMethod: plan.map?.method ?? null,
  };
}

/** Sub-clusters are made by the rule that splits, whatever made their parents. */
function methodColumns(
  { spec }: TaskContext,
  { level }: TreeNode,
  method: VectorMethodSpec,
): Pick<CentroidRow, "algorithm" | "parameters"> {
  if (level === 0) return { algorithm: method.kind, parameters: JSON.stringify(method.params) };
  const { depth, minSize } = spec.subclusters!;
  const parameters = { max_hierarchy_depth: depth, min_subcluster_size: minSize };
  return { algorithm: "hdbscan", parameters: JSON.stringify(parameters) };
}
