/** The run's tables, written to their final keys. The manifest, which makes them a finished run, is the coordinator's to write. */
import { writeCentroids, writeHierarchy, writeMembers } from "../../artifacts";
import type { FileInfo, PersistResult } from "../../domain/run/results";
import { type ArtifactFile, keys } from "../../objects/keys";
import type { Stage, TaskContext } from "../context";
import { allMembers, joinedTables } from "./joined-tables";
import { writeKeptTables } from "./kept-tables";

export const persist: Stage = {
  // Reading, encoding and writing alternate, so what is not waiting is computing.
  map: (context) => context.pulse.busy(() => writeTables(context)),
};

async function writeTables(context: TaskContext): Promise<PersistResult> {
  const { spec, plan, objects, results } = context;
  const tables = await joinedTables(context);
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
    writeMembers(objects, key("members.parquet"), allMembers(tables, { ids, places })),
  );
  const centroids = await written(
    "centroids.parquet",
    writeCentroids(
      objects,
      key("centroids.parquet"),
      tables.flatMap((one) => one.centroids(ids)),
    ),
  );
  const nodes = tables.flatMap((one) => one.hierarchy);
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
  };
}
