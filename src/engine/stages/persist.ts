/** The run's tables, written to their final keys. The manifest, which makes them a finished run, is the coordinator's to write. */
import { writeCentroids, writeHierarchy, writeMembers } from "../../artifacts";
import type { FileInfo, PersistResult } from "../../domain/run/results";
import { type ArtifactFile, keys } from "../../objects/keys";
import type { Stage, TaskContext } from "../context";
import { memberBatches } from "./members";
import { groupTables } from "./tables-group";
import { vectorTables } from "./tables-vector";

export const persist: Stage = {
  // Reading, encoding and writing alternate, so what is not waiting is computing.
  map: (context) => context.pulse.busy(() => writeTables(context)),
};

async function writeTables(context: TaskContext): Promise<PersistResult> {
  const { spec, plan, objects } = context;
  const tables = spec.method.kind === "kmeans" ? await vectorTables(context) : await groupTables(context);
  const key = (file: ArtifactFile) => keys.artifact(spec.namespaceId, spec.clusterId, spec.runId, file);
  const written = async (file: ArtifactFile, table: Promise<Omit<FileInfo, "key">>): Promise<FileInfo> => ({
    key: key(file),
    ...(await table),
  });
  // The ids come by while the members are written: no row is read twice.
  const ids = new Map(tables.representatives.map((row) => [row, ""]));
  const members = await written(
    "members.parquet",
    writeMembers(objects, key("members.parquet"), memberBatches(context, tables.members, ids)),
  );
  const centroids = await written(
    "centroids.parquet",
    writeCentroids(objects, key("centroids.parquet"), tables.centroids(ids)),
  );
  const hierarchy =
    tables.hierarchy.length > 0
      ? await written("hierarchy.parquet", writeHierarchy(objects, key("hierarchy.parquet"), tables.hierarchy))
      : null;
  return {
    files: { members, centroids, hierarchy },
    numPoints: members.rows,
    noisePoints: plan.shape.noiseRows + tables.noiseRows,
  };
}
