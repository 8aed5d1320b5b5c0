/** The run's tables, written to their final keys. The manifest, which makes them a finished run, is the coordinator's to write. */
import { type MemberBatch, writeCentroids, writeHierarchy, writeMembers } from "../../artifacts";
import type { FileInfo, PersistResult } from "../../domain/run/results";
import { type ArtifactFile, keys } from "../../objects/keys";
import type { Stage, TaskContext } from "../context";
import { type ClusterNames, clusterNames, recordedNames } from "../naming/names";
import { allMembers, joinedTables } from "./joined-tables";
import { writeKeptTables } from "./kept-tables";
import { writeReused } from "./persist-reused";

export const persist: Stage = {
  // Reading, encoding and writing alternate, so what is not waiting is computing.
  map: (context) => context.pulse.busy(() => writeTables(context)),
};

async function writeTables(context: TaskContext): Promise<PersistResult> {
  const { spec, plan, objects, results } = context;
  if (spec.reuse) return writeReused(context, spec.reuse);
  const tables = await joinedTables(context);
  const names = await clusterNames(context);
  const key = (file: ArtifactFile) => keys.artifact(spec.namespaceId, spec.clusterId, spec.runId, file);
  const written = async (file: ArtifactFile, table: Promise<Omit<FileInfo, "key">>): Promise<FileInfo> => ({
    key: key(file),
    ...(await table),
  });
  const ids = new Map(tables.flatMap(({ representatives }) => representatives).map((row) => [row, ""]));
  const kept = results.cluster?.tables ?? [];
  const places = kept.length > 0 ? new Uint32Array(plan.shape.rows) : null;
  const members = await written(
    "members.parquet",
    writeMembers(objects, key("members.parquet"), named(allMembers(tables, { ids, places }), names)),
  );
  const rows = tables.flatMap((one) => one.centroids(ids)).map((row) => names.centroid(row));
  const centroids = await written("centroids.parquet", writeCentroids(objects, key("centroids.parquet"), rows));
  const nodes = tables.flatMap((one) => one.hierarchy).map((row) => names.hierarchy(row));
  const hierarchy =
    nodes.length > 0
      ? await written("hierarchy.parquet", writeHierarchy(objects, key("hierarchy.parquet"), nodes))
      : null;
  return {
    files: { members, centroids, hierarchy },
    tables: places ? await writeKeptTables(context, places, members.rows) : [],
    // A run of several clusterings has a row for each of them; what is told of its points is the first one's.
    numPoints: members.rows / tables.length,
    noisePoints: plan.shape.noiseRows + tables[0]!.noiseRows,
    names: recordedNames(
      names,
      rows.filter((row) => row.hierarchyLevel === 0).map((row) => row.clusterId),
    ),
  };
}

async function* named(batches: AsyncIterable<MemberBatch>, names: ClusterNames): AsyncGenerator<MemberBatch> {
  for await (const batch of batches) yield names.members(batch);
}
