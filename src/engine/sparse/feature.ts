/** A sparse feature of a run, as its stages name what they keep of it. */
import { sparseSlices } from "../../documents/segments-sparse";
import type { SparseFeature, TaskProgress } from "../../domain/run/types";
import type { TaskContext } from "../context";
import type { Span } from "../prepare";
import { frozenPages } from "../stages/frozen-rows";
import { type WeightedRows, type Weighting, weightedRows } from "./weighting";

/** Rows looked up at a time. */
export const PAGE_ROWS = 2_048;
/** Entries read at a time: a text of 2,000 characters has 2,000 of them. */
export const SLICE_ENTRIES = 262_144;
/** Bytes of a slice: indices and values as they are stored, and columns and weights made of them, with the ranges that they are read from. */
export const SLICE_BYTES = 28 * SLICE_ENTRIES;

export const termsName = (feature: number): string => `terms/${feature}`;
export const columnsName = (feature: number): string => `terms/${feature}/columns`;
export const idfName = (feature: number): string => `terms/${feature}/idf`;
export const sumsName = (feature: number, round: number): string => `subspace/${feature}/sums/${round}`;
export const basisName = (feature: number, round: number): string => `subspace/${feature}/basis/${round}`;
export const vectorsName = (feature: number): string => `subspace/${feature}/vectors`;
export const scoresName = (feature: number): string => `embed/${feature}`;

/** Which feature a stage of this family works on. */
export const stageFeature = ({ stage }: TaskContext): number => stage.params.feature as number;

export function sparseOf({ spec }: TaskContext, feature: number): SparseFeature {
  const { sparse, name } = spec.features[feature]!;
  if (!sparse) throw new TypeError(`${name} is no sparse feature`);
  return sparse;
}

/** Rows of the span as they are stored, some MiB of entries at a time. `from`: the first of them in the run's numbering. */
export async function* sparsePages(context: TaskContext, feature: number, span: Span) {
  const { name } = context.spec.features[feature]!;
  for await (const { from: first, page } of frozenPages(context, span, PAGE_ROWS))
    for await (const { from, rows } of sparseSlices(context.objects, page, name, SLICE_ENTRIES)) {
      yield { from: first + from, rows };
      context.pulse.beat({ done: first + from - span.from, total: span.to - span.from });
    }
}

interface WeightedPage {
  from: number;
  rows: WeightedRows;
  /** What is done of the span after so many of these rows. */
  share: (step: TaskProgress) => TaskProgress;
}

/** The same as rows of the matrix that is decomposed. */
export async function* weightedPages(context: TaskContext, feature: number, span: Span): AsyncGenerator<WeightedPage> {
  const weighting = await weightingOf(context, feature);
  for await (const { from, rows } of sparsePages(context, feature, span))
    yield {
      from,
      rows: context.pulse.compute(() => weightedRows(rows, weighting)),
      share: ({ done }) => ({ done: from - span.from + done, total: span.to - span.from }),
    };
}

async function weightingOf(context: TaskContext, feature: number): Promise<Weighting> {
  const { scratch, results } = context;
  const { indices, weighting } = sparseOf(context, feature);
  const chosen = await scratch.ints(columnsName(feature));
  const columns = new Int32Array(indices).fill(-1);
  chosen.forEach((index, column) => {
    columns[index] = column;
  });
  return {
    columns,
    idf: weighting === "tfidf" ? await scratch.doubles(idfName(feature)) : null,
    longest: results[`terms/${feature}`]!.longest,
  };
}
