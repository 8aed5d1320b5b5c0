/** From the parameters that a request brings, in whatever places, to one canonical object. */
import { z } from "zod";
import type { FieldIssue } from "../../errors";
import { fieldIssues, type Loc, validationError } from "../../issues";
import type { Algorithm, Warning } from "../model";
import { PARAMETER_MODELS } from "./index";
import { KMeansRequest } from "./kmeans";

export interface ParameterSource {
  loc: Loc;
  values: Record<string, unknown>;
}

export interface ReadParameters {
  /** Every key of the method, inert ones apart, with its value or default. */
  params: Record<string, unknown>;
  /** Keys that the sources set. */
  given: ReadonlySet<string>;
  warnings: Warning[];
}

interface Given {
  loc: Loc;
  value: unknown;
}

const ALIASES: Record<string, string> = {
  num_clusters: "n_clusters",
  n_clusters_spectral: "n_clusters",
  components: "n_components",
  n_components_gmm: "n_components",
};

const KMEANS_DEFAULTS: Record<string, unknown> = KMeansRequest.parse({});
const KMEANS_KEYS = Object.keys(KMEANS_DEFAULTS);

/**
 * Merges `sources` (the same key with two values is an error), checks bounds and fills in the defaults of `method`.
 * Unknown and inert keys become warnings. `loc` is the place of keys that no source has.
 */
export function readParameters(method: Algorithm, sources: ParameterSource[], loc: Loc): ReadParameters {
  const warnings: Warning[] = [];
  const model = PARAMETER_MODELS[method];
  const given = merge(sources.map((source) => fromClient(method, source, warnings)));
  if (!model) {
    for (const { loc } of given.values())
      warnings.push({ loc, msg: `${method} takes no parameters; it has no effect` });
    return { params: {}, given: new Set(), warnings };
  }

  const values: Record<string, unknown> = {};
  for (const [key, { loc, value }] of given) {
    if (!Object.hasOwn(model.schema.shape, key))
      warnings.push({ loc, msg: `${method} has no ${key}; it has no effect` });
    else {
      values[key] = value;
      const reason = model.inert[key];
      if (reason) warnings.push({ loc, msg: reason });
    }
  }
  const locate = ([key, ...rest]: Loc): Loc => {
    return [...(given.get(String(key))?.loc ?? [...loc, String(key)]), ...rest];
  };
  const parsed = model.schema.safeParse(values);
  if (!parsed.success)
    throw validationError(fieldIssues(parsed.error.issues, [], values).map((issue) => relocate(issue, locate)));

  const review = model.review?.(parsed.data, new Set(given.keys())) ?? {
    params: parsed.data,
    issues: [],
    warnings: [],
  };
  if (review.issues.length > 0) throw validationError(review.issues.map((issue) => relocate(issue, locate)));
  warnings.push(...review.warnings.map((warning) => relocate(warning, locate)));
  const params = Object.fromEntries(Object.entries(review.params).filter(([key]) => !(key in model.inert)));
  return { params, given: new Set(Object.keys(values)), warnings };
}

function merge(sources: ParameterSource[]): Map<string, Given> {
  const merged = new Map<string, Given>();
  const issues: FieldIssue[] = [];
  for (const { loc, values } of sources) {
    for (const [name, value] of Object.entries(values)) {
      const key = ALIASES[name] ?? name;
      const other = merged.get(key);
      if (other && JSON.stringify(other.value) !== JSON.stringify(value)) {
        const msg = `${JSON.stringify(value)} contradicts ${other.loc.join(".")}, which is ${JSON.stringify(other.value)}`;
        issues.push({ loc: [...loc, name], msg, type: "contradiction" });
      }
      merged.set(key, { loc: [...loc, name], value });
    }
  }
  if (issues.length > 0) throw validationError(issues);
  return merged;
}

/**
 * The published client sends all nine k-means parameters with every method. For another method, values that it filled in
 * must neither fail nor override that method's own defaults: what equals a k-means default is taken as not given, and a
 * k-means spelling of `init` or `algorithm` is dropped.
 */
function fromClient(method: Algorithm, source: ParameterSource, warnings: Warning[]): ParameterSource {
  if (method === "kmeans" || !KMEANS_KEYS.every((key) => key in source.values))
    return withoutKMeansNames(method, source, warnings);
  const values = { ...source.values };
  for (const key of KMEANS_KEYS) {
    if (values[key] !== KMEANS_DEFAULTS[key]) continue;
    delete values[key];
    warnings.push({ loc: [...source.loc, key], msg: `a default of kmeans; it has no effect on ${method}` });
  }
  return withoutKMeansNames(method, { loc: source.loc, values }, warnings);
}

function withoutKMeansNames(method: Algorithm, source: ParameterSource, warnings: Warning[]): ParameterSource {
  const { algorithm, ...values } = source.values;
  const isKMeans = z.enum(["lloyd", "elkan"]).safeParse(algorithm).success;
  if (method === "kmeans" || !isKMeans) return source;
  warnings.push({ loc: [...source.loc, "algorithm"], msg: `a variant of kmeans; it has no effect on ${method}` });
  return { loc: source.loc, values };
}

const relocate = <T extends { loc: Loc }>(item: T, locate: (loc: Loc) => Loc): T => ({
  ...item,
  loc: locate(item.loc),
});
