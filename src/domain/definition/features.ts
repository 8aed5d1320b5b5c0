/** Finds the features that a definition asks for among those of its collections. Pure. */
import { type FieldIssue, ShoalError } from "../errors";
import type { Loc } from "../issues";
import type { Warning } from "./model";

/** A feature as a request names it: a URI, a name, or the extractor that made it. */
export type FeatureRequest = string | { extractor: string; version?: string | null; output?: string | null };

export interface CollectionFeatures {
  collectionId: string;
  features: { uri: string; name: string; dimensions: number; kind?: "dense" | "sparse" }[];
}

/** What a request is looked up by; null matches anything. */
interface Wanted {
  text: string;
  uri: string | null;
  extractor: string | null;
  version: string | null;
  name: string | null;
}

const URI = /^mixpeek:\/\/([^@/]+)@([^/]+)(?:\/(.+))?$/;

/**
 * One URI for every request, or for none at all the collections' single common feature.
 * A looser match than the exact URI or name is a warning; no match, or several, is a 422 that lists the choices.
 */
export function resolveFeatures(
  requests: { request: FeatureRequest; loc: Loc }[],
  collections: CollectionFeatures[],
): { uris: string[]; warnings: Warning[] } {
  const common = commonFeatures(collections);
  const warnings: Warning[] = [];
  if (requests.length === 0) {
    const [only, ...others] = common;
    if (only && others.length === 0) return { uris: [only.uri], warnings };
    const msg =
      common.length === 0
        ? "is required: the collections have no feature in common"
        : `is required: the collections have several features; choose from ${choices(common)}`;
    throw notFound({ loc: ["body", "vector_config", "feature_uris"], msg, type: "missing" }, common, collections);
  }
  const uris: string[] = [];
  for (const { request, loc } of requests) {
    const uri = resolve(wanted(request), common, collections, loc, warnings);
    if (uris.includes(uri)) warnings.push({ loc, msg: `${uri} is named more than once; it is used once` });
    else uris.push(uri);
  }
  return { uris, warnings };
}

function resolve(
  feature: Wanted,
  common: CollectionFeatures["features"],
  collections: CollectionFeatures[],
  loc: Loc,
  warnings: Warning[],
): string {
  const exact = common.find(({ uri, name }) => uri === feature.uri || name === feature.uri);
  if (exact) return exact.uri;
  const [found, ...others] = candidates(feature, common);
  if (!found || others.length > 0) {
    const reason = found ? "matches several features" : `is not a feature of ${lacking(feature, collections)}`;
    const msg = `${feature.text} ${reason}; choose from ${choices(common)}`;
    throw notFound({ loc, msg, type: "feature_not_found" }, common, collections);
  }
  warnings.push({ loc, msg: `${feature.text} is taken as ${found.uri}` });
  return found.uri;
}

const TEXT_EXTRACTOR = "text_extractor";

/**
 * By name where the request has one; else by extractor; else, for an unknown extractor, the single common feature.
 * The published text extractor has outputs by its models' names: any of them is the collections' dense feature of text, or
 * the lexical one where a model made none.
 */
function candidates(feature: Wanted, common: CollectionFeatures["features"]): CollectionFeatures["features"] {
  const isText = feature.extractor === TEXT_EXTRACTOR;
  if (feature.name !== null) {
    const named = common.filter(({ name }) => name === feature.name);
    if (named.length > 0 || !isText) return named;
  }
  const ofExtractor = common.filter(({ uri }) => {
    const [, extractor, version] = URI.exec(uri) ?? [];
    return extractor === feature.extractor && (feature.version === null || version === feature.version);
  });
  if (isText && (feature.name !== null || ofExtractor.length > 0)) {
    const dense = ofExtractor.filter(({ kind }) => kind !== "sparse");
    return dense.length > 0 ? dense : ofExtractor;
  }
  return ofExtractor.length > 0 || common.length > 1 ? ofExtractor : common;
}

function wanted(request: FeatureRequest): Wanted {
  if (typeof request === "string") {
    const [, extractor = null, version = null, name = null] = URI.exec(request) ?? [];
    return { text: `"${request}"`, uri: request, extractor, version, name: extractor === null ? request : name };
  }
  const { extractor, version = null, output = null } = request;
  const uri = version && output ? `mixpeek://${extractor}@${version}/${output}` : null;
  const text = `extractor "${extractor}"${version ? `@${version}` : ""}${output ? ` output "${output}"` : ""}`;
  return { text, uri, extractor, version, name: output };
}

/** Features that every collection has, in the first collection's order. */
function commonFeatures([first, ...rest]: CollectionFeatures[]): CollectionFeatures["features"] {
  return (first?.features ?? []).filter(({ uri }) => rest.every(({ features }) => features.some((f) => f.uri === uri)));
}

function lacking(feature: Wanted, collections: CollectionFeatures[]): string {
  const without = collections.filter(({ features }) => candidates(feature, features).length === 0);
  return (without.length > 0 ? without : collections).map(({ collectionId }) => collectionId).join(", ");
}

const choices = (features: CollectionFeatures["features"]): string =>
  features.length === 0 ? "none" : features.map(({ uri }) => uri).join(", ");

function notFound(
  issue: FieldIssue,
  common: CollectionFeatures["features"],
  collections: CollectionFeatures[],
): ShoalError {
  return new ShoalError(
    "feature_not_found",
    `${issue.loc.join(".")}: ${issue.msg}`,
    { collections: collections.map(({ collectionId }) => collectionId), choices: common.map(({ uri }) => uri) },
    [issue],
  );
}
