/** GROUP BY over the frozen attribute values: every shard numbers the combinations it meets, the reduce merges and orders. */
import { ShoalError } from "../../domain/errors";
import type { GroupResult } from "../../domain/run/results";
import type { Stage, TaskContext } from "../context";
import { boundsOf, pieceName } from "../scratch";
import { groupKeys } from "./attributes";
import { frozenPages } from "./frozen-rows";
import { buildGroups, type Combination } from "./group-tree";
import { IdColumn } from "./ids";
import { getJson, putJson } from "./json";
import { REPRESENTATIVES } from "./nearest";
import { attributesOf, readFrequencies } from "./values";

/** Scratch names: the combinations of a shard in its own numbering, and the groups of the run. */
export const COMBINATIONS = "combinations";
export const GROUPS = "groups";

interface GroupPart {
  from: number;
  to: number;
  noiseRows: number;
}

export const group: Stage = {
  async map(context): Promise<GroupPart> {
    const { span, scratch, pulse } = context;
    const { aggregation_method } = attributesOf(context);
    const frequencies = await readFrequencies(context);
    const combinations = new Map<string, Combination & { index: number }>();
    const labels = new Int32Array(span.to - span.from).fill(-1);
    const ids = new IdColumn(labels.length);
    let noiseRows = 0;
    /** Counts a row to its combination; returns the combination's number in this shard. */
    const counted = (keys: string[], row: number): number => {
      const name = JSON.stringify(keys);
      let found = combinations.get(name);
      if (!found) {
        found = { keys, count: 0, rows: [], index: combinations.size };
        combinations.set(name, found);
        refuseTooMany(context, combinations.size);
      }
      found.count += 1;
      if (found.rows.length < REPRESENTATIVES) found.rows.push(row);
      return found.index;
    };
    for await (const { from, page } of frozenPages(context, span)) {
      ids.push(page.documentIds);
      pulse.compute(() => {
        for (const [i, text] of (page.attributes ?? []).entries()) {
          const keys = groupKeys(JSON.parse(text) as unknown[], aggregation_method, frequencies);
          if (keys) labels[from + i - span.from] = counted(keys, from + i);
          else noiseRows += 1;
        }
      });
      pulse.beat({ done: from - span.from + page.documentIds.length, total: labels.length });
    }
    ids.put(scratch, span);
    scratch.put(pieceName("labels", span.from, span.to), labels);
    const found: Combination[] = [...combinations.values()].map(({ keys, count, rows }) => ({ keys, count, rows }));
    putJson(scratch, pieceName(COMBINATIONS, span.from, span.to), found);
    return { ...span, noiseRows };
  },

  async reduce(context): Promise<GroupResult> {
    const { inputs, scratch } = context;
    const parts = inputs.parts as GroupPart[];
    const merged = new Map<string, Combination>();
    for (const { from, to } of parts) {
      for (const { keys, count, rows } of await getJson<Combination[]>(scratch, pieceName(COMBINATIONS, from, to))) {
        const name = JSON.stringify(keys);
        const known = merged.get(name) ?? { keys, count: 0, rows: [] };
        merged.set(name, {
          keys,
          count: known.count + count,
          rows: [...known.rows, ...rows].slice(0, REPRESENTATIVES),
        });
        refuseTooMany(context, merged.size);
      }
    }
    const groups = buildGroups([...merged.values()], attributesOf(context).hierarchical_grouping);
    putJson(scratch, GROUPS, groups);
    const top = groups.filter((one) => one.level === 0);
    return {
      bounds: boundsOf(parts),
      sizes: top.map((one) => one.count),
      labels: top.map((one) => one.label),
      noiseRows: parts.reduce((sum, part) => sum + part.noiseRows, 0),
    };
  },
};

function refuseTooMany(context: TaskContext, groups: number): void {
  const limit = context.stage.params.limit as number;
  if (groups <= limit) return;
  const { attributes } = attributesOf(context);
  throw new ShoalError(
    "job_too_large",
    `the attributes ${attributes.join(", ")} have more than ${limit} combinations of values; group by fewer or coarser attributes`,
    { field: "attributes", value: attributes, limit },
  );
}
