/** One request for several clusters, seen through: retries, one repair of what cannot be used, and halves of what is refused. */
import { readReply } from "./answers";
import { type Answer, type Ask, LlmError, type NamingSettings, type Prompt, type Reply, type Usage } from "./contract";
import { buildPrompt, repairPrompt, type ShownCluster } from "./prompt";
import { askPatiently, type Clock, type Gate, type RetryLimits } from "./retry";

export interface Asking {
  ask: Ask;
  settings: NamingSettings;
  clock: Clock;
  gate: Gate;
  stop: AbortSignal;
  limits: RetryLimits;
}

export interface Asked {
  answers: Record<string, Answer>;
  /** Why a cluster has no answer, by its id. */
  failed: Record<string, string>;
  usage: Usage;
  /** Whether a failure would meet every request alike. */
  unusable: boolean;
}

export async function askBatch(batch: ShownCluster[], forbidden: string[], asking: Asking): Promise<Asked> {
  const ids = batch.map(({ id }) => id);
  const usage: Usage = { requests: 0, inputTokens: 0, outputTokens: 0 };
  const outcome = (answers: Map<string, Answer>, wrong: { id: string; error: string }[]): Asked => ({
    answers: Object.fromEntries(answers),
    failed: Object.fromEntries(wrong.map(({ id, error }) => [id, error])),
    usage,
    unusable: false,
  });
  const failing = (wanted: string[], error: string) => wanted.map((id) => ({ id, error }));
  try {
    const prompt = buildPrompt(batch, forbidden, asking.settings);
    const reply = await request(prompt, asking, usage);
    const read = readReply(reply, ids, asking.settings);
    if (read.kind === "refused")
      return batch.length > 1 ? halves(batch, forbidden, asking, usage) : outcome(new Map(), failing(ids, read.error));
    if (read.wrong.length === 0) return outcome(read.answers, []);
    return repaired(repairPrompt(prompt, reply.text, read.wrong), read, asking, usage, outcome);
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    // One document too many, or one file that the provider does not take, need not cost the others their labels.
    if (error.kind === "rejected" && batch.length > 1) return halves(batch, forbidden, asking, usage);
    return { ...outcome(new Map(), failing(ids, error.message)), unusable: error.kind === "unusable" };
  }
}

/** What the first reply had stays, whatever becomes of the second. */
async function repaired(
  prompt: Prompt,
  first: { answers: Map<string, Answer>; wrong: { id: string; error: string }[] },
  asking: Asking,
  usage: Usage,
  outcome: (answers: Map<string, Answer>, wrong: { id: string; error: string }[]) => Asked,
): Promise<Asked> {
  const wanted = first.wrong.map(({ id }) => id);
  try {
    const second = readReply(await request(prompt, asking, usage), wanted, asking.settings);
    if (second.kind === "refused") return outcome(first.answers, first.wrong);
    const answers = new Map([...first.answers, ...second.answers]);
    return outcome(
      answers,
      second.wrong.map(({ id, error }) => ({ id, error: `${error} (asked twice)` })),
    );
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    return outcome(first.answers, first.wrong);
  }
}

/** The two halves, one after the other: down to the single cluster that is at fault. */
async function halves(batch: ShownCluster[], forbidden: string[], asking: Asking, spent: Usage): Promise<Asked> {
  const middle = Math.ceil(batch.length / 2);
  const first = await askBatch(batch.slice(0, middle), forbidden, asking);
  const known = Object.values(first.answers).map(({ label }) => label);
  const second = await askBatch(batch.slice(middle), [...forbidden, ...known], asking);
  return {
    answers: { ...first.answers, ...second.answers },
    failed: { ...first.failed, ...second.failed },
    usage: added(added(spent, first.usage), second.usage),
    unusable: first.unusable || second.unusable,
  };
}

async function request(prompt: Prompt, asking: Asking, usage: Usage): Promise<Reply> {
  const reply = await askPatiently(asking.ask, prompt, asking);
  usage.requests += 1;
  usage.inputTokens += reply.inputTokens;
  usage.outputTokens += reply.outputTokens;
  return reply;
}

export const added = (a: Usage, b: Usage): Usage => ({
  requests: a.requests + b.requests,
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
});
