/** `llm`: a model reads a sample of the documents and answers a tree of labels; each document that it names is a member. */
import { ShoalError } from "../domain/errors";
import type { JobContext } from "../jobs/contract";
import type { Hierarchical } from "./config";
import type { Draft } from "./contract";

export async function draftFromModel(_: JobContext, __: string, { llm_provider }: Hierarchical): Promise<Draft> {
  const msg = `No language model is configured for "${llm_provider ?? "openai"}", so that no taxonomy can be inferred by one.`;
  throw new ShoalError("validation_failed", msg, { llm_provider });
}
