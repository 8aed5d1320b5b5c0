/** Plans layouts (UMAP, t-SNE), as steps of the preparation and as the map. */
import { ShoalError } from "../domain/errors";
import type { LayoutStep, MapSpec, PreparationStep, RunSpec, StagePlan, ViewPlan } from "../domain/run/types";
import { BASE_BYTES } from "../kernels/memory";
import { layoutOf } from "./layouts/methods";
import { ISOLATE_SHARE, type Limits } from "./limits";
import type { NeighborDemand } from "./neighbors";
import { axesStage } from "./plan-axes";
import { single } from "./plan-stage";
import { mapBytes } from "./plan-views";
import { sliceRows } from "./prepare";
import type { LayoutParams } from "./stages/layout";

const NAMES = { umap: "UMAP", tsne: "t-SNE" } as const;
/** A round may take longer than a task of small units: it is one unit, and reads the graph again. */
const ROUND_SHARE = 8;

export const isLayout = (step: PreparationStep): step is LayoutStep => step.method === "umap" || step.method === "tsne";

/** The view that a map is laid out from: the last one that is no layout itself, so that a map of a layout shows the data. */
export function mapView(preparation: PreparationStep[]): number {
  const first = preparation.findIndex(isLayout);
  return first < 0 ? preparation.length : first;
}

/** The map as it can be drawn: a layout that these rows are too few or too many for gives way to principal components. */
export function drawnMap({ map }: Pick<RunSpec, "map">, rows: number, limits: Limits): MapSpec | null {
  if (!map || map.method === "pca") return map;
  const fitted = { ...map, step: forFewRows(map.step, rows) };
  return canBeDrawn(fitted.step, rows, limits) ? fitted : { method: "pca", components: map.components };
}

/** A map's perplexity is nobody's wish: three rows for each neighbour that counts, as in van der Maaten's own code. */
const forFewRows = (step: LayoutStep, rows: number): LayoutStep =>
  step.method === "tsne" ? { ...step, perplexity: Math.min(step.perplexity, Math.max(1, (rows - 1) / 3)) } : step;

function canBeDrawn(step: LayoutStep, rows: number, limits: Limits): boolean {
  try {
    refuseLayout(step, rows, limits);
    return true;
  } catch (error) {
    if (error instanceof ShoalError) return false;
    throw error;
  }
}

/** What the layouts of a run want to know of its views. */
export function layoutDemands(preparation: PreparationStep[], map: MapSpec | null, rows: number): NeighborDemand[] {
  const steps = preparation.map((step, view) => ({ step, view })).filter(({ step }) => isLayout(step));
  if (map && map.method !== "pca") steps.push({ step: map.step, view: mapView(preparation) });
  return steps.map(({ step, view }) => {
    const method = layoutOf(step as LayoutStep);
    return { view, metric: method.metric(step as LayoutStep), k: method.neighbors(step as LayoutStep, rows) };
  });
}

/** Whether one isolate can lay the rows out. */
export function fitsLayout(step: LayoutStep, rows: number, limits: Limits): boolean {
  const { kernels, heap } = layoutOf(step).bytes(step, rows);
  return kernels <= limits.kernelBytes && kernels + heap <= ISOLATE_SHARE * limits.kernelBytes;
}

/** Throws `too_few_documents`, or `job_too_large` with the bytes wanted and the number of rows that fit. */
export function refuseLayout(step: LayoutStep, rows: number, limits: Limits): void {
  layoutOf(step).check?.(step, rows);
  if (fitsLayout(step, rows, limits)) return;
  const { kernels, heap } = layoutOf(step).bytes(step, rows);
  const [bytes, limit] = [kernels + heap, ISOLATE_SHARE * limits.kernelBytes];
  const most = largest(rows, (n) => fitsLayout(step, n, limits));
  throw new ShoalError(
    "job_too_large",
    `${NAMES[step.method]} of ${rows} documents to ${step.components} dimensions needs ${bytes} bytes in one isolate (${kernels} of them in the kernels' memory), the limit is ${limit} (${limits.kernelBytes}); set sample_size to ${most} or less, or use pca`,
    { field: "preprocessing_steps", value: bytes, limit, nearest: { sample_size: most } },
  );
}

/** The largest n below `rows` for which a condition holds that holds for all smaller ones; 0 where it holds for none. */
function largest(rows: number, holds: (n: number) => boolean): number {
  let [low, high] = [0, rows];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

export const startsOnAxes = (map: MapSpec | null, { dimensions }: ViewPlan): boolean =>
  map !== null && map.method !== "pca" && layoutOf(map.step).axes(map.step, dimensions) > 0;

/** What a layout is planned for: the view that is laid out, and where its coordinates go. */
interface LayoutTarget {
  view: number;
  plan: ViewPlan;
  output: string;
  result: string;
}

/** The axes that a layout starts from, where it does, and its rounds. */
export function layoutStages(step: LayoutStep, rows: number, target: LayoutTarget, limits: Limits): StagePlan[] {
  const { view, plan, output } = target;
  const count = layoutOf(step).axes(step, plan.dimensions);
  if (count === 0) return [layoutStage(step, rows, target, null, limits)];
  const axes = `${output}/start-axes`;
  const stage = axesStage(`start of ${NAMES[step.method]}: PCA`, rows, view, plan, { view, components: count, axes });
  return [{ ...stage, result: `axes/${axes}` }, layoutStage(step, rows, target, axes, limits)];
}

/** A slice of the rows as it is taken to its principal axes. */
const startBytes = (rows: number, { dimensions }: ViewPlan, { components }: LayoutStep): number =>
  BASE_BYTES + mapBytes(Math.min(rows, sliceRows(dimensions)), dimensions, components);

function layoutStage(
  step: LayoutStep,
  rows: number,
  { view, plan, output, result }: LayoutTarget,
  axes: string | null,
  limits: Limits,
): StagePlan {
  const method = layoutOf(step);
  const epochs = method.epochs(step, rows);
  const epochMs = method.epochMs(step, rows);
  const epochsPerRound = Math.max(1, Math.min(epochs, Math.floor((ROUND_SHARE * limits.taskCpuMs) / epochMs)));
  return single("layout", {
    method: `${NAMES[step.method]} to ${step.components} dimensions, ${epochs} epochs`,
    cpuMs: method.startMs(step, rows) + epochs * epochMs,
    taskBytes: Math.max(method.bytes(step, rows).kernels, axes === null ? 0 : startBytes(rows, plan, step)),
    maxRounds: Math.ceil(epochs / epochsPerRound),
    result,
    params: { view, step, axes, output, epochsPerRound } satisfies LayoutParams,
  });
}
