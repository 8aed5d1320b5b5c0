import { z } from "zod";
import type { FieldIssue } from "../../errors";
import type { ParameterModel } from "./model";
import { Count, INERT, NotNegative, Positive, RandomState } from "./options";

const Numbers = z.array(z.number());
/** How deep the lists go depends on the type of covariance. */
const Precisions = z.union([Numbers, z.array(Numbers), z.array(z.array(Numbers))], {
  error: "must be numbers, in lists of lists where they are vectors or matrices",
});

export const GaussianMixtureRequest = z.object({
  n_components: Count.default(1),
  covariance_type: z.enum(["full", "tied", "diag", "spherical"]).default("full"),
  tol: Positive.default(0.001),
  reg_covar: NotNegative.default(1e-6),
  max_iter: Count.default(100),
  n_init: Count.default(1),
  init_params: z.enum(["kmeans", "k-means++", "random", "random_from_data"]).default("kmeans"),
  weights_init: Numbers.nullable().default(null),
  means_init: z.array(Numbers).nullable().default(null),
  precisions_init: Precisions.nullable().default(null),
  random_state: RandomState,
  warm_start: z.boolean().default(false),
  verbose: z.int().min(0).default(0),
  verbose_interval: Count.default(10),
});

export type GaussianMixtureParams = Omit<
  z.output<typeof GaussianMixtureRequest>,
  "warm_start" | "verbose" | "verbose_interval"
>;

export const gaussianMixture: ParameterModel = {
  schema: GaussianMixtureRequest,
  inert: {
    warm_start: "every run starts afresh; it has no effect",
    verbose: INERT.verbose,
    verbose_interval: INERT.verbose,
  },
  review: (params) => ({
    params,
    issues: initialIssues(params as z.output<typeof GaussianMixtureRequest>, null),
    warnings: [],
  }),
};

/** Sums within that of 1 are 1: scikit-learn's bound. */
const SUM_TOLERANCE = 1e-6;

/** What is wrong with the values to start from; `dimensions` is null as long as the vectors are not known. */
export function initialIssues(params: GaussianMixtureParams, dimensions: number | null): FieldIssue[] {
  const { n_components: k, covariance_type: type, weights_init, means_init, precisions_init } = params;
  const d = dimensions ?? "d";
  const shapes = { full: [k, d, d], tied: [d, d], diag: [k, d], spherical: [k] };
  const issues: FieldIssue[] = [];
  const refuse = (field: string, msg: string) => issues.push({ loc: [field], msg, type: "contradiction" });
  const expect = (field: string, values: unknown, wanted: (number | string)[]) => {
    const shape = values === null ? null : shapeOf(values);
    if (values === null || fits(shape, wanted)) return;
    const got = shape ? shape.join(" × ") : "lists of unequal length";
    refuse(field, `must be ${wanted.join(" × ")} numbers, got ${got}`);
  };
  expect("weights_init", weights_init, [k]);
  expect("means_init", means_init, [k, d]);
  expect("precisions_init", precisions_init, shapes[type]);
  const sum = weights_init?.reduce((all, weight) => all + weight, 0) ?? 1;
  if (Math.abs(sum - 1) > SUM_TOLERANCE) refuse("weights_init", `must sum to 1, their sum is ${sum}`);
  const negative = weights_init?.find((weight) => weight < 0);
  if (negative !== undefined) refuse("weights_init", `must be at least 0, got ${negative}`);
  return issues;
}

/** Lengths of lists in lists, outermost first; null where they differ. */
function shapeOf(values: unknown): number[] | null {
  if (!Array.isArray(values)) return [];
  const shapes = values.map(shapeOf);
  const [inner] = shapes;
  if (shapes.some((shape) => shape?.join() !== inner?.join()) || inner === null) return null;
  return [values.length, ...(inner ?? [])];
}

/** Sizes that are not known yet must only be equal. */
function fits(shape: number[] | null, wanted: (number | string)[]): boolean {
  if (shape?.length !== wanted.length) return false;
  const unknown = shape.filter((_, i) => typeof wanted[i] === "string");
  return new Set(unknown).size <= 1 && wanted.every((size, i) => typeof size === "string" || size === shape[i]);
}
