/** A run of a definition that comes with the request. It is stored as a cluster of its own, so that its run is found like any other. */
import type { z } from "@hono/zod-openapi";
import { createCluster } from "../../../db/clusters";
import { type DefinitionDraft, readDefinition, settle } from "../../../domain/definition/adapters";
import type { Warning } from "../../../domain/definition/model";
import { parseAt } from "../../../domain/issues";
import type { Plan, RunSpec } from "../../../domain/run/types";
import { inputCollections } from "../../../runs/collections";
import { newCluster } from "../../../runs/define";
import { prepareRun, type Runnable, startRun } from "../../../runs/start";
import { type AppContext, services } from "../../context";
import { AdHocOptions } from "../../schemas/cluster-request";
import type { TaskResponse } from "../../schemas/task";
import { tellCluster } from "../../told";
import { requireCluster } from "./find";
import { overridesOf } from "./run";

/** Published fields that say who asks; here the key and X-Namespace say it. */
const IDENTITY = ["namespace_id", "internal_id"];

export interface AdHocRun {
  options: z.output<typeof AdHocOptions>;
  spec: RunSpec;
  plan: Plan;
  task: TaskResponse;
  warnings: Warning[];
}

/**
 * Starts the run that the body describes; refusals come before anything is written.
 * @param clusterId a stored cluster that the run is to belong to, or null for a new one
 */
export async function startAdHoc(
  c: AppContext,
  body: Record<string, unknown>,
  clusterId: string | null,
): Promise<AdHocRun> {
  const options = parseAt(AdHocOptions, body, ["body"]);
  const own = new Set([...Object.keys(AdHocOptions.shape), ...IDENTITY]);
  const draft = readDefinition(Object.fromEntries(Object.entries(body).filter(([key]) => !own.has(key))));
  const target = clusterId === null ? await ofItsOwn(c, draft) : await ofStored(c, draft, clusterId);
  const { spec: resolved, plan } = await prepareRun(c.env, target.runnable, overridesOf({}));
  await target.store();
  const spec = { ...resolved, computeMetrics: resolved.computeMetrics && options.compute_metrics };
  const task = (await startRun(c.env, spec)) as TaskResponse;
  return { options, spec, plan, task, warnings: [...optionWarnings(body), ...target.warnings] };
}

interface Target {
  runnable: Runnable;
  warnings: Warning[];
  store(): Promise<void>;
}

async function ofItsOwn(c: AppContext, draft: DefinitionDraft): Promise<Target> {
  const cluster = await newCluster(services(c).db, c.var.namespace.id, draft);
  return {
    runnable: cluster,
    warnings: cluster.warnings,
    store: async () => {
      await createCluster(services(c).db, cluster);
      await tellCluster(c, "created", cluster.id, { cluster_name: cluster.definition.cluster_name });
    },
  };
}

async function ofStored(c: AppContext, draft: DefinitionDraft, clusterId: string): Promise<Target> {
  const cluster = await requireCluster(c, clusterId);
  const { definition, warnings } = settle(
    draft,
    await inputCollections(services(c).db, c.var.namespace.id, draft.definition.collection_ids),
  );
  return { runnable: { ...cluster, definition }, warnings, store: async () => {} };
}

function optionWarnings(body: Record<string, unknown>): Warning[] {
  const warnings: Warning[] = IDENTITY.filter((key) => body[key] !== undefined && body[key] !== null).map((key) => ({
    loc: ["body", key],
    msg: "the key and X-Namespace decide it; it has no effect",
  }));
  if (body.save_artifacts === false && body.store_results !== false) {
    warnings.push({
      loc: ["body", "save_artifacts"],
      msg: "stored results are read from the artifacts, which are kept",
    });
  }
  return warnings;
}
