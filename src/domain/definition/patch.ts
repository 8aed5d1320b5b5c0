/** Partial change of a definition. `null` leaves a field as it is; what changes counts from the next run on. */
import { z } from "zod";
import { parseFilter } from "../filters/parse";
import { isObject, type Loc, parseAt, unknownFields, validationError } from "../issues";
import { withoutEffect } from "./effects";
import { ExportDestination } from "./export";
import { readLabeling } from "./labeling";
import type { ClusterDefinition, VectorConfig, Warning } from "./model";
import { readParameters } from "./params/read";
import { ClusterName, FaceClusterMerge, SampleSize } from "./requests";

const FreeObject = z.record(z.string(), z.unknown());

export const PatchClusterRequest = z.object({
  cluster_name: ClusterName.nullish(),
  description: z.string().nullish(),
  metadata: FreeObject.nullish(),
  export: z.union([ExportDestination, z.literal(false)]).nullish(),
  llm_labeling: FreeObject.nullish(),
  filters: FreeObject.nullish(),
  face_cluster_merge: FreeObject.nullish(),
  sample_size: SampleSize.nullish(),
  algorithm_params: FreeObject.nullish(),
});

/** Run-affecting fields of a vector definition: an attribute definition has no use for them. */
const VECTOR_FIELDS = ["face_cluster_merge", "sample_size", "algorithm_params"] as const;

/**
 * The changed definition. `metadata`, `filters` and `llm_labeling` are replaced as a whole; `algorithm_params` and
 * `face_cluster_merge` keep what the patch does not name.
 */
export function patchDefinition(
  current: ClusterDefinition,
  input: unknown,
): { definition: ClusterDefinition; warnings: Warning[] } {
  const body: Loc = ["body"];
  if (!isObject(input)) throw validationError([{ loc: body, msg: "must be a JSON object", type: "object_type" }]);
  const warnings = unknownFields(PatchClusterRequest, input, body);
  const patch = parseAt(PatchClusterRequest, input, body);
  const definition: ClusterDefinition = {
    ...current,
    cluster_name: patch.cluster_name ?? current.cluster_name,
    description: patch.description ?? current.description,
    metadata: patch.metadata ?? current.metadata,
    // `null` leaves a field as it is, so that `false` has to say that there is none.
    export: patch.export === false ? null : (patch.export ?? current.export ?? null),
    filters: patch.filters ? parseFilter(patch.filters, [...body, "filters"]) : current.filters,
  };
  if (patch.llm_labeling) {
    const { labeling, warnings: found } = readLabeling(patch.llm_labeling, [...body, "llm_labeling"]);
    definition.llm_labeling = labeling;
    warnings.push(...found);
  }
  if (definition.vector_config) {
    const { config, warnings: found } = patchVector(definition.vector_config, patch, body);
    definition.vector_config = config;
    warnings.push(...found);
  } else {
    for (const field of VECTOR_FIELDS) {
      if (patch[field])
        warnings.push({ loc: [...body, field], msg: "the cluster is of type attribute; it has no effect" });
    }
  }
  warnings.push(...withoutEffect(definition));
  return { definition, warnings };
}

function patchVector(
  current: VectorConfig,
  patch: z.output<typeof PatchClusterRequest>,
  body: Loc,
): { config: VectorConfig; warnings: Warning[] } {
  const config = { ...current, sample_size: patch.sample_size ?? current.sample_size };
  const warnings: Warning[] = [];
  if (patch.algorithm_params) {
    const loc = [...body, "algorithm_params"];
    const method = current.clustering_method;
    // The patch is read alone first, so that aliases and defaults of clients do not hide what is stored.
    const changed = readParameters(method, [{ loc, values: patch.algorithm_params }], loc);
    warnings.push(...changed.warnings);
    const given = Object.fromEntries(Object.entries(changed.params).filter(([key]) => changed.given.has(key)));
    const values = { ...current.algorithm_params, ...given };
    config.algorithm_params = readParameters(method, [{ loc, values }], loc).params;
  }
  if (patch.face_cluster_merge) {
    const loc = [...body, "face_cluster_merge"];
    warnings.push(...unknownFields(FaceClusterMerge, patch.face_cluster_merge, loc));
    config.face_cluster_merge = parseAt(
      FaceClusterMerge,
      { ...current.face_cluster_merge, ...patch.face_cluster_merge },
      loc,
    );
  }
  return { config, warnings };
}
