/** Preparation and map of a definition, as a run computes them. */
import type { VectorConfig } from "../domain/definition/model";
import type { MapSpec, PreparationStep } from "../domain/run/types";
import { metricOf } from "./metric";

/** The steps that do something. Their parameters were checked and filled in when the definition was made. */
export function preparationOf({ preprocessing_steps }: VectorConfig): PreparationStep[] {
  return (preprocessing_steps ?? []).flatMap((step): PreparationStep[] => {
    switch (step.method) {
      case "none":
        return [];
      case "pca":
        return [{ method: "pca", components: step.n_components as number }];
      case "whitening":
        return [{ method: "whitening", regularization: step.regularization as number }];
      case "umap":
        return [
          {
            method: "umap",
            components: step.n_components as number,
            neighbors: step.n_neighbors as number,
            minDist: step.min_dist as number,
            metric: metricOf(step.metric as string, 2, "preprocessing_steps"),
            seed: step.random_state as number,
          },
        ];
      case "tsne":
        return [
          {
            method: "tsne",
            components: step.n_components as number,
            perplexity: step.perplexity as number,
            learningRate: step.learning_rate as number,
            seed: step.random_state as number,
          },
        ];
      default:
        throw new TypeError(`a definition holds no step ${step.method}`);
    }
  });
}

/** How many neighbours, and how close points may lie, on a map: shapes rather than knots. */
const MAP_NEIGHBORS = 15;
const MAP_MIN_DIST = 0.1;
const MAP_PERPLEXITY = 30;
const MAP_LEARNING_RATE = 200;

export function mapOf({ vis_method, vis_n_components: components }: VectorConfig, seed: number): MapSpec {
  switch (vis_method) {
    case "umap": {
      // Rows are normalised where directions count, and then this orders neighbours as cosine does.
      const metric = { name: "euclidean" } as const;
      const step = {
        method: "umap",
        components,
        neighbors: MAP_NEIGHBORS,
        minDist: MAP_MIN_DIST,
        metric,
        seed,
      } as const;
      return { method: "umap", components, step };
    }
    case "tsne": {
      const [perplexity, learningRate] = [MAP_PERPLEXITY, MAP_LEARNING_RATE];
      return { method: "tsne", components, step: { method: "tsne", components, perplexity, learningRate, seed } };
    }
    default:
      return { method: "pca", components };
  }
}
