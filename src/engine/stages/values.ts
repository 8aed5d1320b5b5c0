/** How often every element of every attribute occurs: what `most_frequent` chooses by. */
import { ShoalError } from "../../domain/errors";
import type { Stage, TaskContext } from "../context";
import { pieceName } from "../scratch";
import { elementKeys, type Frequencies } from "./attributes";
import { frozenPages } from "./frozen-rows";
import { getJson, putJson } from "./json";

export const FREQUENCIES = "frequencies";
/** Distinct elements of an attribute, as a multiple of the limit on groups. */
const ELEMENTS_PER_GROUP = 10;

type Counts = [key: string, count: number][][];

export const values: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, scratch, pulse } = context;
    const total = emptyFrequencies(context);
    for await (const { from, page } of frozenPages(context, span)) {
      pulse.compute(() => {
        for (const text of page.attributes ?? [])
          for (const [attribute, value] of (JSON.parse(text) as unknown[]).entries())
            for (const key of elementKeys(value)) add(context, total, attribute, key, 1);
      });
      pulse.beat({ done: from - span.from, total: span.to - span.from });
    }
    putJson(
      scratch,
      pieceName(FREQUENCIES, span.from, span.to),
      total.map((counts) => [...counts]),
    );
    return span;
  },

  async reduce(context): Promise<Record<string, never>> {
    const { inputs, scratch } = context;
    const total = emptyFrequencies(context);
    for (const { from, to } of inputs.parts as { from: number; to: number }[]) {
      const part = await getJson<Counts>(scratch, pieceName(FREQUENCIES, from, to));
      for (const [attribute, counts] of part.entries())
        for (const [key, count] of counts) add(context, total, attribute, key, count);
    }
    putJson(
      scratch,
      FREQUENCIES,
      total.map((counts) => [...counts]),
    );
    return {};
  },
};

export async function readFrequencies(context: TaskContext): Promise<Frequencies> {
  if (!context.plan.stages.some((stage) => stage.kind === "values")) return [];
  return (await getJson<Counts>(context.scratch, FREQUENCIES)).map((counts) => new Map(counts));
}

export function attributesOf({ spec }: TaskContext) {
  if (spec.method.kind !== "attribute") throw new TypeError("attribute parameters are missing");
  return spec.method.config;
}

const emptyFrequencies = (context: TaskContext): Frequencies =>
  attributesOf(context).attributes.map(() => new Map<string, number>());

function add(context: TaskContext, total: Frequencies, attribute: number, key: string, count: number): void {
  const counts = total[attribute]!;
  counts.set(key, (counts.get(key) ?? 0) + count);
  const limit = ELEMENTS_PER_GROUP * (context.stage.params.limit as number);
  if (counts.size <= limit) return;
  const name = attributesOf(context).attributes[attribute];
  throw new ShoalError("job_too_large", `attribute ${name} has more than ${limit} distinct values`, {
    field: "attributes",
    value: name,
    limit,
  });
}
