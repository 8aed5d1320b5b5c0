/** Texts as vectors, for whatever compares texts: with a model where one is configured, by their words where none is. */
import { ShoalError } from "../domain/errors";
import { EMBEDDING_PROVIDERS } from "../domain/text/feature";
import { lexicalVector } from "../domain/text/lexical";
import { type EmbeddingEnv, modelEmbedder } from "./embeddings";

export interface TextEmbedder {
  /** For reports: `lexical`, or provider and model. */
  readonly name: string;
  /** One vector of unit length for each text, all of the same dimensions; zeros for a text that has nothing to go by. */
  embed(texts: string[]): Promise<Float32Array[]>;
}

/** The deployment's embedder: of the model that EMBEDDINGS_MODEL names, else the lexical one. @throws ShoalError `not_configured` */
export function textEmbedder(env: EmbeddingEnv): TextEmbedder {
  const { EMBEDDINGS_MODEL: model, EMBEDDINGS_PROVIDER: provider = "openai_compatible" } = env;
  if (!model) return LEXICAL;
  const known = EMBEDDING_PROVIDERS.find((name) => name === provider);
  if (!known) {
    const msg = `EMBEDDINGS_PROVIDER is "${provider}", which is none of ${EMBEDDING_PROVIDERS.join(", ")}.`;
    throw new ShoalError("not_configured", msg, { provider });
  }
  const embedder = modelEmbedder(env, { provider: known, model, dimensions: null, baseUrl: null });
  return { name: embedder.name, embed: async (texts) => (await embedder.embed(texts)).map(unit) };
}

/** The hashed indices are folded to so many: enough for texts of a few words, as labels are. */
const FOLDED = 4096;

export const LEXICAL: TextEmbedder = { name: "lexical", embed: async (texts) => texts.map(folded) };

function folded(text: string): Float32Array {
  const { indices, values } = lexicalVector(text);
  const vector = new Float32Array(FOLDED);
  indices.forEach((index, i) => {
    vector[index % FOLDED] = vector[index % FOLDED]! + 1 + Math.log(values[i]!);
  });
  return unit(vector);
}

function unit(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return norm === 0 ? vector : vector.map((value) => value / norm);
}
