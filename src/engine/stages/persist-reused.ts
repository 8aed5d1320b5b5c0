/** The tables of an earlier run written again under the names that this one has made: nothing else in them changes. */
import { type CentroidRow, writeCentroids, writeHierarchy, writeMembers } from "../../artifacts";
import type { FileInfo, PersistResult } from "../../domain/run/results";
import type { ReusedRun } from "../../domain/run/reuse";
import { type ArtifactFile, keys } from "../../objects/keys";
import type { TaskContext } from "../context";
import { clusterNames, recordedNames } from "../naming/names";
import { reusedCentroids, reusedHierarchy, reusedMembers } from "../naming/reused";

export async function writeReused(context: TaskContext, reuse: ReusedRun): Promise<PersistResult> {
  const { spec, objects } = context;
  const names = await clusterNames(context);
  const key = (file: string) => keys.artifact(spec.namespaceId, spec.clusterId, spec.runId, file as ArtifactFile);
  const written = async (file: ArtifactFile, table: Promise<Omit<FileInfo, "key">>): Promise<FileInfo> => ({
    key: key(file),
    ...(await table),
  });
  const { artifacts } = reuse;
  async function* members() {
    for await (const batch of reusedMembers(objects, artifacts.members)) {
      yield names.members(batch);
      context.pulse.beat({ done: 0, total: 1 });
    }
  }
  const rows: CentroidRow[] = [];
  for await (const row of reusedCentroids(objects, artifacts.centroids)) rows.push(names.centroid(row));
  const nodes = (await reusedHierarchy(objects, artifacts.hierarchy)).map((row) => names.hierarchy(row));
  const top = rows.filter((row) => row.hierarchyLevel === 0);
  return {
    files: {
      members: await written("members.parquet", writeMembers(objects, key("members.parquet"), members())),
      centroids: await written("centroids.parquet", writeCentroids(objects, key("centroids.parquet"), rows)),
      hierarchy: artifacts.hierarchy
        ? await written("hierarchy.parquet", writeHierarchy(objects, key("hierarchy.parquet"), nodes))
        : null,
    },
    tables: await copies(context, reuse.tables, key),
    numPoints: reuse.rows.total,
    noisePoints: reuse.rows.noise,
    names: recordedNames(
      names,
      top.map((row) => row.clusterId),
    ),
    sizes: top.map((row) => row.numMembers),
  };
}

/** What the method keeps holds no names: its bytes are the same. */
async function copies(
  { objects }: TaskContext,
  tables: FileInfo[],
  key: (file: string) => string,
): Promise<FileInfo[]> {
  const copied: FileInfo[] = [];
  for (const table of tables) {
    const own = key(table.key.slice(table.key.lastIndexOf("/") + 1));
    const stream = await objects.stream(table.key);
    if (!stream) throw new Error(`${table.key} is missing`);
    const writer = objects.writer(own);
    try {
      for await (const chunk of stream) await writer.write(chunk as Uint8Array<ArrayBuffer>);
    } catch (error) {
      await writer.abort();
      throw error;
    }
    await writer.close();
    copied.push({ ...table, key: own });
  }
  return copied;
}
