/** What a definition may say today and a run does not act on yet: stored, and never silently. */
import type { Algorithm, ClusterDefinition, VectorConfig, Warning } from "./model";

/** Methods whose kernels this deployment has; a definition may name any other, executing it is refused. */
export const AVAILABLE: readonly Algorithm[] = [
  "kmeans",
  "agglomerative",
  "dbscan",
  "hdbscan",
  "leiden",
  "optics",
  "mean_shift",
  "auto",
  "gaussian_mixture",
  "spectral",
  "attribute_based",
];

const QUADRATIC_CAP = 100_000;
const LARGE_SAMPLES: readonly Algorithm[] = ["kmeans", "gaussian_mixture", "leiden"];

/** Most documents that a run of `method` clusters directly. */
export const sampleCap = (method: Algorithm): number => (LARGE_SAMPLES.includes(method) ? 1_000_000 : QUADRATIC_CAP);

export function withoutEffect(definition: ClusterDefinition): Warning[] {
  const body = (field: string, msg: string): Warning => ({ loc: ["body", field], msg });
  const warnings: Warning[] = [];
  const enriches = definition.enrich_source_collection || definition.vector_config?.enrich_source;
  if (definition.source_enrichment_config && !enriches) {
    const msg = "enrich_source_collection is false; only the enrich operations use it";
    warnings.push(body("source_enrichment_config", msg));
  }
  if (!definition.auto_execute_on_batch && definition.auto_execute_min_documents !== null) {
    warnings.push(body("auto_execute_min_documents", "auto_execute_on_batch is false; it has no effect"));
  }
  return definition.vector_config ? [...warnings, ...ofVectors(definition.vector_config)] : warnings;
}

function ofVectors(config: VectorConfig): Warning[] {
  const at = (field: string, msg: string): Warning => ({ loc: ["body", "vector_config", field], msg });
  const method = config.clustering_method;
  const warnings: Warning[] = [];
  if (!AVAILABLE.includes(method)) {
    warnings.push(at("clustering_method", `${method} is not available on this deployment yet; execute will refuse it`));
  }
  if (config.sample_size !== null && config.sample_size > sampleCap(method)) {
    const msg = `${config.sample_size} is above the cap of ${method}, which is ${sampleCap(method)}; the cap is used`;
    warnings.push(at("sample_size", msg));
  }
  if (config.output_strategy === "per_feature" && config.multi_feature_strategy !== "independent") {
    warnings.push(
      at("output_strategy", "one clustering has one output collection; it matters to independent features"),
    );
  }
  if (config.multi_feature_strategy === "independent" && config.feature_weights) {
    warnings.push(at("feature_weights", 'multi_feature_strategy "independent" has no weights; it has no effect'));
  }
  if (config.weight_learning_config && (config.multi_feature_strategy !== "weighted" || config.feature_weights)) {
    const msg =
      'weights are learned by multi_feature_strategy "weighted" without feature_weights only; it has no effect';
    warnings.push(at("weight_learning_config", msg));
  }
  return warnings;
}
