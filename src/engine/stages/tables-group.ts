/** Tables of an attribute run: a centroid row for every group, the hierarchy when there is one, members with their leaf. */
import type { CentroidRow } from "../../artifacts";
import { NOISE_ID } from "../../domain/ids";
import type { TaskContext } from "../context";
import { overlapping, pieceName } from "../scratch";
import { COMBINATIONS, GROUPS } from "./group";
import type { Combination, Group } from "./group-tree";
import { getJson } from "./json";
import type { Tables } from "./tables";
import { attributesOf } from "./values";

const NOISE = { id: NOISE_ID, label: null };

export async function groupTables(context: TaskContext): Promise<Tables> {
  const { results, scratch } = context;
  const { bounds, noiseRows } = results.group!;
  const groups = await getJson<Group[]>(scratch, GROUPS);
  const leaves = new Map(
    groups.filter((one) => one.leaf).map(({ keys, id, label }) => [JSON.stringify(keys), { id, label }]),
  );
  return {
    members: {
      bounds,
      distances: null,
      probabilities: null,
      outlierScores: null,
      coordinates: null,
      components: 0,
      clusters: async (from, to) => {
        const found: { id: string; label: string | null }[] = [];
        for (const { piece, start, end } of overlapping(bounds, from, to)) {
          const bytes = await scratch.rows("labels", bounds, 4, start, end);
          const labels = new Int32Array(bytes.buffer, bytes.byteOffset, end - start);
          const combinations = await getJson<Combination[]>(scratch, pieceName(COMBINATIONS, piece.from, piece.to));
          for (const label of labels)
            found.push(label < 0 ? NOISE : leaves.get(JSON.stringify(combinations[label]!.keys))!);
        }
        return found;
      },
    },
    representatives: groups.flatMap((one) => one.rows),
    centroids: (ids) => centroidRows(context, groups, ids),
    hierarchy: attributesOf(context).hierarchical_grouping
      ? groups.map(({ id, parentId, level, count, label }) => ({
          clusterId: id,
          parentClusterId: parentId,
          level,
          numMembers: count,
          label,
        }))
      : [],
    noiseRows,
  };
}

function centroidRows(context: TaskContext, groups: Group[], ids: Map<number, string>): CentroidRow[] {
  const parameters = JSON.stringify(attributesOf(context));
  return groups.map(({ id, parentId, level, count, label, rows }) => ({
    clusterId: id,
    vector: null,
    numMembers: count,
    variance: null,
    label,
    summary: null,
    keywords: null,
    featureName: null,
    featureDimensions: null,
    parentClusterId: parentId,
    hierarchyLevel: level,
    coordinates: null,
    representatives: rows.map((row) => ids.get(row)!),
    algorithm: "attribute_based",
    parameters,
    reductionMethod: null,
  }));
}
