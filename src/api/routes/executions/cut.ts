import { openMembers, pageCursor, pageOffset } from "../../../artifacts";
import type { Warning } from "../../../domain/definition/model";
import { ShoalError } from "../../../domain/errors";
import { clusterLabelId } from "../../../domain/ids";
import type { VectorMethodSpec } from "../../../domain/run/methods";
import { checkCut, cutRun, MOST_KEPT_ROWS } from "../../../engine/cut";
import { keys } from "../../../objects/keys";
import type { ObjectStore } from "../../../objects/object-store";
import { services } from "../../context";
import { operation } from "../../operation";
import { CUT_ANSWER_EXAMPLE, CUT_EXAMPLE, CutBody, CutResponse } from "../../schemas/cut";
import { ExecutionPath } from "../../schemas/execution";
import { cutMembers, rowsWithin } from "./cut-members";
import { findRun } from "./find";
import { notReady } from "./tables";

const DEFAULT_LIMIT = 1_000;

export const cutExecutionOperation = operation(
  {
    id: "cut_execution",
    method: "post",
    path: "/v1/clusters/{cluster_identifier}/executions/{run_id}/cut",
    tag: "Executions",
    summary: "Cut a run's tree at another level",
    description:
      "Clusters at another level of the tree that an agglomerative or HDBSCAN run kept, or at another resolution of the graph that a Leiden run " +
      "kept, without a new run. Nothing is stored: the run stays as " +
      "it is, and the same cut gives the same answer. Without a level it is the run's own. Fields of another method are refused by name. " +
      `A tree of more than ${MOST_KEPT_ROWS} rows is refused; a graph of more edges is not kept.`,
    access: { scope: "read", namespaced: true },
    params: ExecutionPath,
    body: { schema: CutBody, example: CUT_EXAMPLE },
    answer: { description: "The clusters of the cut.", schema: CutResponse, example: CUT_ANSWER_EXAMPLE },
    errors: [409],
  },
  async (c, { params, body, warnings }) => {
    const { cluster, execution } = await findRun(c, params);
    if (!execution.artifacts) throw notReady(execution);
    const { objects } = services(c);
    const made = await readMade(objects, execution.artifacts.manifest);
    checkCut(made.method, body);
    const table = await openMembers(objects, execution.artifacts.members);
    // A run that only named the clusters anew has the tables of the one that made them.
    const kept = (file: string) => made.files.find((one) => one.endsWith(`/${file}`));
    const key = (file: `${string}.parquet`) =>
      kept(file) ?? keys.artifact(c.var.namespace.id, cluster.id, execution.id, file);
    if (made.method.kind === "leiden" && !kept("graph.parquet")) throw noGraph(made.fitted);
    const kernels = async () => {
      const { kernelModules } = await import("../../../engine/kernel-modules");
      return made.reproducible ? kernelModules.plain : kernelModules.relaxed;
    };
    const source = { objects, table: key, members: table.rows, seed: made.seed, kernels };
    const cut = await cutRun(source, made.method, body);
    warnings.push(...told(made, cut.outside));

    const { include_members, cluster_ids, limit, offset, cursor, ...level } = body;
    const rows = include_members ? rowsWithin(cut, cluster_ids ?? null) : null;
    const total = include_members ? (rows?.length ?? table.rows) : 0;
    const identity = [table.key, table.bytes, level, cluster_ids && [...cluster_ids].sort()];
    const from = cursor ? pageOffset(cursor, identity) : offset;
    const to = from + (limit ?? DEFAULT_LIMIT);
    return {
      cluster_id: cluster.id,
      run_id: execution.id,
      algorithm: made.method.kind,
      num_clusters: cut.sizes.length,
      clusters: cut.sizes.map((size, index) => ({ cluster_id: clusterLabelId(index), num_members: size })),
      noise_points: table.rows - cut.sizes.reduce((sum, size) => sum + size, 0),
      members: include_members ? await cutMembers(table, cut, rows, from, to - from) : [],
      total_members: total,
      next_cursor: include_members && to < total ? pageCursor(to, identity) : null,
    };
  },
);

/** What the manifest tells of how a run was made. */
interface Made {
  method: VectorMethodSpec | { kind: "attribute" };
  fitted: number;
  later: string[];
  seed: number;
  reproducible: boolean;
  files: string[];
}

async function readMade(objects: ObjectStore, key: string): Promise<Made> {
  const bytes = await objects.get(key);
  if (!bytes) throw new ShoalError("artifacts_not_found", "This run has no manifest.json.", { file: "manifest.json" });
  const { spec, rows, auto, files } = JSON.parse(new TextDecoder().decode(bytes)) as {
    spec: { method: Made["method"]; seed: number; reproducible: boolean; subclusters?: unknown; faceMerge?: unknown };
    rows: { fitted: number };
    auto?: { chosen: VectorMethodSpec };
    files: { key: string }[];
  };
  const later = [spec.subclusters ? "sub-clusters" : "", spec.faceMerge ? "merged faces" : ""].filter(Boolean);
  return {
    method: auto?.chosen ?? spec.method,
    fitted: rows.fitted,
    later,
    seed: spec.seed,
    reproducible: spec.reproducible,
    files: files.map((file) => file.key),
  };
}

const noGraph = (fitted: number): ShoalError =>
  new ShoalError(
    "job_too_large",
    `the neighbour graph of ${fitted} documents has more than ${MOST_KEPT_ROWS} edges and was not kept; execute again with another resolution`,
    { field: "resolution", value: fitted, limit: MOST_KEPT_ROWS },
  );

function told({ fitted, later }: Made, outside: number): Warning[] {
  const warnings: Warning[] = [];
  if (outside > 0)
    warnings.push({
      loc: ["run_id"],
      msg: `the kept tree or graph holds the ${fitted} documents that were clustered; the other ${outside} count as noise here`,
    });
  if (later.length > 0)
    warnings.push({ loc: ["run_id"], msg: `a cut is of what the method found, without ${later.join(" and ")}` });
  return warnings;
}
