/** What a feature made of text is made of, and how. Pure. */
import { isObject, resolve, splitPath } from "../filters/path";

export const EMBEDDING_PROVIDERS = ["openai_compatible", "workers_ai"] as const;

/** Which model makes a dense vector of a text. */
export interface EmbeddingSettings {
  provider: (typeof EMBEDDING_PROVIDERS)[number];
  model: string;
  /** Length that every vector must have; null: whatever the model gives. */
  dimensions: number | null;
  /** Of an OpenAI-compatible endpoint; null: the deployment's own. */
  baseUrl: string | null;
}

/** Stored with the feature: texts at `paths`, hashed words, or vectors of a model where `embedding` says which. */
export interface TextFeature {
  paths: string[];
  embedding?: EmbeddingSettings;
}

export interface FoundText {
  /** Texts of all paths, a line each; blank where there is none. */
  text: string;
  /** A path whose value, or an element of it, is neither a text nor a number. */
  unreadable: string | null;
}

/** The document's text. Lists are read element by element, also on the way; numbers are read as their digits. */
export function textOf(document: unknown, paths: readonly string[]): FoundText {
  const lines: string[] = [];
  let unreadable: string | null = null;
  for (const path of paths) {
    for (const value of resolve(document, splitPath(path)).flat(Number.POSITIVE_INFINITY) as unknown[]) {
      if (typeof value === "string") lines.push(value);
      else if (typeof value === "number") lines.push(String(value));
      else if (isObject(value) || typeof value === "boolean") unreadable ??= path;
    }
  }
  return { text: lines.join("\n"), unreadable };
}

/** Whether there is anything to make a vector of. */
export const isBlank = (text: string): boolean => text.trim() === "";
