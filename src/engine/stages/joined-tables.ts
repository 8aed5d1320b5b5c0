/** The tables of a run: one clustering's, or those of each feature's, one after the other, their clusters numbered on. */
import type { MemberBatch } from "../../artifacts";
import { renumbered, scopesOf } from "../../domain/run/tracks";
import type { TaskContext } from "../context";
import { contextsOf } from "../tracks";
import { memberBatches, type Noted } from "./members";
import type { Tables } from "./tables";
import { groupTables } from "./tables-group";
import { vectorTables } from "./tables-vector";

export interface JoinedTables extends Tables {
  context: TaskContext;
}

export async function joinedTables(context: TaskContext): Promise<JoinedTables[]> {
  if (context.spec.method.kind === "attribute") return [{ ...(await groupTables(context)), context }];
  const { spec, plan, inputs } = context;
  const scopes = scopesOf(spec, plan, inputs.stages);
  const joined: JoinedTables[] = [];
  for (const [i, own] of contextsOf(context).entries())
    joined.push({ ...numberedOn(await vectorTables(own), scopes[i]!.offset), context: own });
  return joined;
}

function numberedOn(tables: Tables, offset: number): Tables {
  const named = (id: string) => renumbered(id, offset);
  const orNull = (id: string | null) => (id === null ? null : named(id));
  const { clusters } = tables.members;
  return {
    ...tables,
    members: {
      ...tables.members,
      clusters: async (from, to) => (await clusters(from, to)).map((one) => ({ ...one, id: named(one.id) })),
    },
    centroids: (ids) =>
      tables
        .centroids(ids)
        .map((row) => ({ ...row, clusterId: named(row.clusterId), parentClusterId: orNull(row.parentClusterId) })),
    hierarchy: tables.hierarchy.map((row) => ({
      ...row,
      clusterId: named(row.clusterId),
      parentClusterId: orNull(row.parentClusterId),
    })),
  };
}

/** The members of one clustering after another; the rows of the run are the same for all. */
export async function* allMembers(joined: JoinedTables[], noted: Noted): AsyncGenerator<MemberBatch> {
  for (const { context, members } of joined) yield* memberBatches(context, members, noted);
}
