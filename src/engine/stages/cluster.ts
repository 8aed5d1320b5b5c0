/** The fit of a method in one isolate: labels of the fitted rows, what goes with them, and what is kept for reuse. */
import { type ColumnType, METHOD_TABLES } from "../../artifacts";
import { ShoalError } from "../../domain/errors";
import type { ClusterResult } from "../../domain/run/results";
import type { Matrix } from "../../kernels/contract";
import { OutOfMemory } from "../../kernels/errors";
import type { Stage, TaskContext } from "../context";
import { centeredFitted, rawFitted } from "../matrices";
import type { Fit, FittedMethod, Outcome } from "../methods/method";
import { fittedMethodOf } from "../methods/registry";
import type { MethodTable } from "../methods/tables";
import { neighborLists, neighborsKey } from "../neighbors";
import { sliceRows } from "../prepare";
import { pieceName, type Scratch } from "../scratch";
import { lastView } from "../views";
import { fitOver } from "./fit";

export const FITTED_LABELS = "cluster/labels";
export const FITTED_PROBABILITIES = "cluster/probabilities";
export const FITTED_SCORES = "cluster/outlier_scores";
export const keptName = (name: string): string => `cluster/kept/${name}`;
export const columnName = (file: string, column: string): string => `cluster/${file}/${column}`;
/** What a column of a kept table is in scratch, a list flat. */
export const arrayOf = (type: ColumnType) =>
  type.includes("float64") ? Float64Array : type.includes("float32") ? Float32Array : Int32Array;
/** Rows of the sample that clusters were fitted on, for those who look for the nearest of them. */
const FITTED_ROWS = "cluster/rows";

export const cluster: Stage = {
  async map(context): Promise<ClusterResult> {
    const { plan, scratch } = context;
    const { method, params } = fittedMethod(context);
    const sampled = plan.fittedRows < plan.shape.rows;
    const pieces = sampled && !method.predict ? await storeFitted(context) : [];
    const outcome = await fitted(context, () => method.fit(fitOf(context, params)));
    refuseStrange(outcome, plan.fittedRows);
    const { labels, probabilities, outlierScores, objectives = {}, tables = [], keeps = {}, warnings = [] } = outcome;
    scratch.put(FITTED_LABELS, labels.slice());
    if (probabilities) scratch.put(FITTED_PROBABILITIES, probabilities.slice());
    if (outlierScores) scratch.put(FITTED_SCORES, outlierScores.slice());
    for (const [name, values] of Object.entries(keeps)) scratch.put(keptName(name), values.slice());
    for (const table of tables) putTable(scratch, table);
    return {
      clusters: labels.reduce((most, label) => Math.max(most, label), -1) + 1,
      pieces,
      probabilities: probabilities !== undefined,
      outlierScores: outlierScores !== undefined,
      objectives,
      tables: tables.map(({ file, rows }) => ({ file, rows })),
      kept: Object.keys(keeps),
      warnings,
    };
  },
};

/** The method that this run fits, chosen or asked for. */
export function fittedMethod({ spec, results }: TaskContext): { method: FittedMethod<unknown>; params: unknown } {
  const named = results.choose?.chosen ?? spec.method;
  if (named.kind === "attribute") throw new TypeError("attributes are not clustered");
  return { method: fittedMethodOf(named), params: named.params };
}

function fitOf(context: TaskContext, params: unknown): Fit<unknown> {
  const { plan, results } = context;
  const fit = fitOver(context, params, {
    rows: plan.fittedRows,
    matrix: () => rawFitted(context),
    centered: () => centeredFitted(context),
  });
  const view = lastView(plan);
  return {
    ...fit,
    neighbors: (wish) =>
      results[neighborsKey(view, wish.metric)] ? neighborLists(context, { ...wish, view }) : fit.neighbors(wish),
  };
}

/** A fit cannot be divided: where its data need more memory than was planned, trying again would change nothing. */
async function fitted(context: TaskContext, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OutOfMemory)) throw error;
    const { plan, stage } = context;
    throw new ShoalError(
      "job_too_large",
      `${stage.method} over ${plan.fittedRows} documents took more memory than an isolate has; set a smaller sample_size`,
      { field: "sample_size", value: plan.fittedRows },
    );
  }
}

/** Writes the sample in pieces of a few MiB; answers their first rows and the end of the last. */
async function storeFitted(context: TaskContext): Promise<number[]> {
  const { scratch } = context;
  const matrix = await rawFitted(context);
  const step = sliceRows(matrix.dimensions);
  const pieces = [0];
  for (let from = 0; from < matrix.rows; from += step) {
    const to = Math.min(from + step, matrix.rows);
    scratch.put(pieceName(FITTED_ROWS, from, to), matrix.read(from, to).slice());
    pieces.push(to);
    // One piece on its way at a time: the matrix fills this isolate's memory.
    await scratch.settle();
  }
  return pieces;
}

/** The sample, a piece at a time, in a matrix that is released before the next one. */
export async function* fittedPieces(context: TaskContext): AsyncGenerator<{ from: number; matrix: Matrix }> {
  const { results, scratch, kernels, plan } = context;
  const { pieces } = results.cluster!;
  for (let i = 0; i + 1 < pieces.length; i++) {
    const [from, to] = [pieces[i]!, pieces[i + 1]!];
    const values = await scratch.floats(pieceName(FITTED_ROWS, from, to));
    const mark = kernels.mark();
    const matrix = kernels.matrix(to - from, plan.shape.dimensions);
    matrix.write(0, values);
    yield { from, matrix };
    kernels.release(mark);
  }
}

function putTable(scratch: Scratch, { file, columns }: MethodTable): void {
  for (const { name, type } of METHOD_TABLES[file].columns) {
    const values = columns[name];
    if (!(values instanceof arrayOf(type))) throw new TypeError(`${file} needs ${type} values in ${name}`);
    scratch.put(columnName(file, name), values.slice());
  }
}

/** A method's mistake must not become a table. */
function refuseStrange({ labels, probabilities, outlierScores }: Outcome, rows: number): void {
  for (const [name, values] of Object.entries({ labels, probabilities, outlierScores }))
    if (values && values.length !== rows) throw new TypeError(`${values.length} ${name} for ${rows} rows`);
  if (labels.some((label) => label < -1)) throw new TypeError("a label below -1");
}
