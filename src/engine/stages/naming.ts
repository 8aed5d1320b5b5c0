/**
 * Names of the clusters by a language model, in place of those that `keywords` made. A round works for a minute or so and
 * leaves its state in scratch; requests that were answered are noted at once, so a round that is done again pays nothing twice.
 */
import type { NamingResult } from "../../domain/run/results";
import type { ClusterName } from "../../domain/run/types";
import type { Asked } from "../../labeling/llm/ask-batch";
import type { Answer, NamingSettings } from "../../labeling/llm/contract";
import { costUsd } from "../../labeling/llm/costs";
import {
  type AnswerCache,
  firstState,
  isSettled,
  labelingErrors,
  type Naming,
  type NamingState,
  nameSome,
  settledLabels,
} from "../../labeling/llm/name-clusters";
import { Gate } from "../../labeling/llm/retry";
import { namingSettings } from "../../labeling/llm/settings";
import { LEXICAL } from "../../providers/embedder";
import type { Stage, TaskContext } from "../context";
import { putNames, readNames } from "../naming/names";
import { type Shown, shownClusters } from "../naming/shown";
import { getJson, putJson } from "./json";

const SHOWN = "naming/shown";
const NAMES = "naming/names";

/** No wave of requests begins later in a round: with the longest that one may take it stays far within an invocation's 15 minutes. */
const ROUND_MS = 60_000;
/** Between two signs of life while the model is waited for. */
const BEAT_MS = 1_000;

export const naming: Stage = {
  async map(context): Promise<NamingResult> {
    const { spec, stage, task, scratch, inputs } = context;
    const settings = namingSettings(spec.labeling!);
    const previous = inputs.previous as NamingResult | null;
    const shown = previous ? await getJson<Shown>(scratch, SHOWN) : await shownClusters(context, settings);
    if (!previous) putJson(scratch, SHOWN, shown);
    const before = previous ? await getJson<NamingState>(scratch, previous.state) : firstState();
    const model = context.language.open(settings);
    const work = namingOf(context, settings, shown);
    const state =
      "missing" in model ? allFailed(before, work, model.missing) : await asked(context, before, work, model.ask);
    const converged = isSettled(state) || task.round + 1 >= stage.maxRounds;
    const name = `naming/state/${task.round}`;
    putJson(scratch, name, state);
    if (converged) await settle(context, state, work);
    const { usage } = state;
    return {
      converged,
      state: name,
      names: NAMES,
      report: {
        provider: settings.provider,
        model: settings.model,
        requests: usage.requests,
        cached: state.cached,
        input_tokens: usage.inputTokens,
        output_tokens: usage.outputTokens,
        cost_usd: "missing" in model ? 0 : costUsd(settings.provider, settings.model, usage, model.ownBaseUrl),
      },
      errors: converged ? bounded(labelingErrors(unnamed(state, work))) : [],
      warnings: converged ? shown.warnings : [],
    };
  },
};

type Work = Omit<Naming, "asking" | "until" | "progress">;

function namingOf(context: TaskContext, settings: NamingSettings, shown: Shown): Work {
  const given = givenLabels(context);
  const { language, objects, scratch } = context;
  const nameOf = (key: string) => scratch.key(`naming/asked/${key}`);
  return {
    settings,
    // A cluster that a person has named needs no other name, and nobody else gets that one.
    clusters: shown.clusters.filter(({ id }) => !given.has(id)),
    taken: [...given.values()],
    cache: settings.cacheTtl === 0 ? null : cacheOf(context, settings),
    journal: {
      async get(key) {
        const bytes = await objects.get(nameOf(key));
        return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Asked);
      },
      async put(key, answered) {
        await objects.put(nameOf(key), Uint8Array.from(new TextEncoder().encode(JSON.stringify(answered))));
      },
    },
    embed: async (texts) => {
      try {
        return await language.embed(texts);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const msg = `labels were compared by their words: the embedding model did not answer (${why})`;
        if (!shown.warnings.some((one) => one.msg === msg))
          shown.warnings.push({ loc: ["llm_labeling", "use_embedding_dedup"], msg });
        return LEXICAL.embed(texts);
      }
    },
  };
}

/** Labels that people gave to clusters of the run before, by the ids of those that hold their documents now. */
function givenLabels({ spec, results }: TaskContext): Map<string, string> {
  const labels = new Map(spec.labelled?.groups.map(({ groupId, label }) => [groupId, label]));
  return new Map(
    (results.keywords?.kept ?? []).flatMap(([before, id]): [string, string][] => {
      const label = labels.get(before);
      return label === undefined ? [] : [[id, label]];
    }),
  );
}

/** A cache that is not reached costs money, not the run. */
function cacheOf({ language: { answers } }: TaskContext, { cacheTtl }: NamingSettings): AnswerCache {
  return {
    async get(keys) {
      const known = await answers.known(keys).catch(() => ({}) as Record<string, string>);
      return Object.fromEntries(Object.entries(known).map(([key, text]) => [key, JSON.parse(text) as Answer]));
    },
    async put(given) {
      const texts = Object.entries(given).map(([key, answer]) => [key, JSON.stringify(answer)]);
      await answers.keep(Object.fromEntries(texts), cacheTtl).catch(() => undefined);
    },
  };
}

/** Goes on with the isolate free for others, with signs of life; ends when the coordinator says so. */
async function asked(
  context: TaskContext,
  before: NamingState,
  work: Work,
  ask: Naming["asking"]["ask"],
): Promise<NamingState> {
  const { language, pulse } = context;
  const stop = new AbortController();
  const told = { done: 0, total: Math.max(1, work.clusters.length) };
  const beats = setInterval(() => {
    try {
      pulse.beat(told);
    } catch (error) {
      stop.abort(error);
    }
  }, BEAT_MS);
  try {
    return await context.idle(() =>
      nameSome(before, {
        ...work,
        asking: { ask, clock: language.clock, gate: new Gate(), stop: stop.signal, limits: language.limits },
        until: language.clock.now() + ROUND_MS,
        progress: (done) => {
          told.done = done;
        },
      }),
    );
  } finally {
    clearInterval(beats);
  }
}

const allFailed = (state: NamingState, { clusters }: Work, why: string): NamingState => ({
  ...state,
  pass: Number.POSITIVE_INFINITY,
  failed: Object.fromEntries(clusters.map(({ id }) => [id, why])),
});

/** Failures, and clusters that no round had time for. */
function unnamed({ answers, failed }: NamingState, { clusters }: Work): Record<string, string> {
  const rest = clusters.filter(({ id }) => !answers[id] && !failed[id]);
  return { ...failed, ...Object.fromEntries(rest.map(({ id }) => [id, "the run had no more time for it"])) };
}

/** Writes a name for every cluster: the model's, or the one that its keywords made. */
async function settle({ scratch, results }: TaskContext, state: NamingState, work: Work): Promise<void> {
  const made = await readNames(scratch, results.keywords!.names);
  const others = Object.entries(made).flatMap(([id, { label }]) => (state.answers[id] ? [] : [label]));
  const labels = await settledLabels(state, { ...work, taken: [...work.taken, ...others] });
  const names = Object.entries(made).map(([id, own]): [string, ClusterName] => {
    const answer = state.answers[id];
    if (!answer) return [id, own];
    const { summary, keywords, extra } = answer;
    return [id, { label: labels[id]!, summary, keywords: keywords ?? own.keywords, extra }];
  });
  putNames(scratch, NAMES, new Map(names));
}

/** Characters of errors that a run's record has room for. */
const ERRORS_LENGTH = 40_000;

function bounded(errors: string[]): string[] {
  const kept: string[] = [];
  let left = ERRORS_LENGTH;
  for (const text of errors) {
    const { error, clusters } = JSON.parse(text) as { error: string; clusters: string[] };
    const room = Math.max(1, Math.floor((left - error.length) / 16));
    if (left <= error.length) break;
    const shown =
      clusters.length > room
        ? { error, clusters: clusters.slice(0, room), more: clusters.length - room }
        : { error, clusters };
    kept.push(JSON.stringify(shown));
    left -= error.length + 16 * shown.clusters.length;
  }
  return kept;
}
