/**
 * Names clusters by a language model, part by part: `nameSome` goes from one state to the next, and a state is plain JSON.
 * Requests are made in waves, four side by side; a wave sees the labels of the waves before it and none of its own, so
 * the prompts depend on neither timing nor interruptions. What two clusters then share is settled in two more passes.
 */
import { type Asked, type Asking, added, askBatch } from "./ask-batch";
import { batchesOf } from "./batches";
import { answerKey, sha256 } from "./cache-key";
import { type Clash, clashes, distinguished, type Embed, sameLabel } from "./clashes";
import type { Answer, NamingSettings, Usage } from "./contract";
import type { ShownCluster } from "./prompt";

/** Requests at a time: an invocation has six connections, and the bucket and the coordinator need theirs. */
const SIDE_BY_SIDE = 4;
/** Times that clusters with a label like another's are asked again. */
const PASSES = 2;

export interface NamingState {
  /** 0: every cluster is asked; then those that clash; past `PASSES` all is settled. */
  pass: number;
  /** Clusters of the pass that wait for a request, with the labels that they must not be like; null before it begins. */
  queue: { id: string; avoid: string[] }[] | null;
  answers: Record<string, Answer>;
  failed: Record<string, string>;
  /** By cluster, the labels that it was last asked to avoid. */
  avoided: Record<string, string[]>;
  /** Answers that were known from earlier runs. */
  cached: number;
  usage: Usage;
}

/** Answers that outlive the run. A failure to reach them is not the run's. */
export interface AnswerCache {
  get(keys: string[]): Promise<Record<string, Answer>>;
  put(answers: Record<string, Answer>): Promise<void>;
}

/** What requests of this run were answered: a task that is done again does not pay again. */
export interface Journal {
  get(key: string): Promise<Asked | null>;
  put(key: string, asked: Asked): Promise<void>;
}

export interface Naming {
  settings: NamingSettings;
  /** By size, the largest first. */
  clusters: ShownCluster[];
  /** Labels that stand whatever the model says: those that people gave. */
  taken: string[];
  asking: Omit<Asking, "settings">;
  cache: AnswerCache | null;
  journal: Journal;
  embed: Embed;
  /** Milliseconds of the clock after which no further wave begins. */
  until: number;
  /** Told after each wave. */
  progress(done: number, total: number): void;
}

export const firstState = (): NamingState => ({
  pass: 0,
  queue: null,
  answers: {},
  failed: {},
  avoided: {},
  cached: 0,
  usage: { requests: 0, inputTokens: 0, outputTokens: 0 },
});

export const isSettled = ({ pass }: NamingState): boolean => pass > PASSES;

export async function nameSome(before: NamingState, naming: Naming): Promise<NamingState> {
  let state = before;
  while (!isSettled(state)) {
    if (state.queue === null) state = await begun(state, naming);
    else if (state.queue.length === 0) state = { ...state, pass: state.pass + 1, queue: null };
    else if (naming.asking.clock.now() >= naming.until) return state;
    else state = await wave(state, state.queue, naming);
  }
  return state;
}

/** The pass's clusters, less those whose answers are known. */
async function begun(state: NamingState, naming: Naming): Promise<NamingState> {
  const wanted =
    state.pass === 0
      ? naming.clusters.filter(hasContent).map(({ id }) => ({ id, avoid: [] as string[] }))
      : (await clashing(state, naming)).map((clash) => avoiding(clash, state)).filter((one) => !wasAsked(one, state));
  const empty = state.pass === 0 ? naming.clusters.filter((cluster) => !hasContent(cluster)) : [];
  const failed = { ...state.failed, ...Object.fromEntries(empty.map(({ id }) => [id, NOTHING_TO_SHOW])) };
  const avoided = { ...state.avoided, ...Object.fromEntries(wanted.map(({ id, avoid }) => [id, avoid])) };
  const { cache } = naming;
  if (!cache || wanted.length === 0) return { ...state, failed, avoided, queue: wanted };
  const keys = await Promise.all(shown(wanted, naming).map((cluster) => answerKey(cluster, naming.settings)));
  const known = await cache.get(keys);
  const answers = { ...state.answers };
  let cached = 0;
  const queue = wanted.filter(({ id }, index) => {
    const answer = known[keys[index]!];
    if (!answer) return true;
    answers[id] = answer;
    cached += 1;
    return false;
  });
  return { ...state, failed, avoided, answers, cached: state.cached + cached, queue };
}

/** What did not do before will not do again either. */
const avoiding = ({ id, with: others }: Clash, { answers }: NamingState) => ({
  id,
  avoid: [...new Set([...others, answers[id]!.label])],
});

/** The same question has the same answer. */
const wasAsked = ({ id, avoid }: { id: string; avoid: string[] }, { avoided }: NamingState): boolean =>
  JSON.stringify(avoided[id]) === JSON.stringify(avoid);

const NOTHING_TO_SHOW = "the documents have nothing of what labeling_inputs names, so the model was not asked";
const hasContent = ({ samples }: ShownCluster): boolean =>
  samples.some(({ text, media }) => text !== "" || media.length > 0);

async function wave(
  state: NamingState,
  queue: NonNullable<NamingState["queue"]>,
  naming: Naming,
): Promise<NamingState> {
  const batches = batchesOf(shown(queue, naming)).slice(0, SIDE_BY_SIDE);
  const asking = { ...naming.asking, settings: naming.settings };
  const outcomes = await Promise.all(
    batches.map(async (batch) => {
      const forbidden = forbiddenFor(batch, state, naming);
      const key = await sha256(JSON.stringify([batch, forbidden]));
      const known = await naming.journal.get(key);
      if (known) return known;
      const asked = await askBatch(batch, forbidden, asking);
      // A failure may be over when the task is done again; what was answered, and paid for, is kept.
      if (Object.keys(asked.answers).length > 0) await naming.journal.put(key, asked);
      return asked;
    }),
  );
  const done = new Set(batches.flat().map(({ id }) => id));
  let rest = queue.filter(({ id }) => !done.has(id));
  const next: NamingState = { ...state, answers: { ...state.answers }, failed: { ...state.failed } };
  for (const { answers, failed, usage, unusable } of outcomes) {
    Object.assign(next.answers, answers);
    Object.assign(next.failed, failed);
    next.usage = added(next.usage, usage);
    if (!unusable) continue;
    const [why] = Object.values(failed);
    for (const { id } of rest) next.failed[id] ??= why ?? "the model cannot be used";
    rest = [];
  }
  await remember(batches.flat(), outcomes, naming);
  naming.progress(naming.clusters.length - rest.length, naming.clusters.length);
  return { ...next, queue: rest };
}

async function remember(asked: ShownCluster[], outcomes: Asked[], { cache, settings }: Naming): Promise<void> {
  if (!cache) return;
  const answered = asked.flatMap((cluster) => {
    const answer = outcomes.map(({ answers }) => answers[cluster.id]).find((one) => one !== undefined);
    return answer ? [{ cluster, answer }] : [];
  });
  const entries = await Promise.all(
    answered.map(async ({ cluster, answer }) => [await answerKey(cluster, settings), answer] as const),
  );
  if (entries.length > 0) await cache.put(Object.fromEntries(entries));
}

const shown = (wanted: { id: string; avoid: string[] }[], { clusters }: Naming): ShownCluster[] => {
  const byId = new Map(clusters.map((cluster) => [cluster.id, cluster]));
  return wanted.map(({ id, avoid }) => ({ ...byId.get(id)!, avoid }));
};

/** Every label that is taken, but those of the clusters that are asked. */
function forbiddenFor(batch: ShownCluster[], { answers }: NamingState, { clusters, taken }: Naming): string[] {
  const own = new Set(batch.map(({ id }) => id));
  const labels = clusters.flatMap(({ id }) => (own.has(id) || !answers[id] ? [] : [answers[id].label]));
  return [...new Set([...taken, ...labels])];
}

const clashing = (
  { answers }: NamingState,
  { clusters, taken, settings, embed }: Pick<Naming, "clusters" | "taken" | "settings" | "embed">,
) =>
  clashes(
    taken,
    clusters.flatMap(({ id }) => (answers[id] ? [{ id, label: answers[id].label }] : [])),
    settings.similarity,
    embed,
  );

/** The labels, each unlike every other: what still clashes gets one of its own words in brackets. */
export async function settledLabels(
  state: NamingState,
  naming: Pick<Naming, "clusters" | "taken" | "settings" | "embed">,
): Promise<Record<string, string>> {
  const labels = Object.fromEntries(Object.entries(state.answers).map(([id, { label }]) => [id, label]));
  for (const { id } of await clashing(state, naming)) {
    const { keywords } = naming.clusters.find((cluster) => cluster.id === id)!;
    const used = [
      ...naming.taken,
      ...Object.entries(labels).flatMap(([other, label]) => (other === id ? [] : [label])),
    ];
    const isTaken = (label: string) => used.some((other) => sameLabel(other, label));
    labels[id] = distinguished(labels[id]!, [...(state.answers[id]!.keywords ?? []), ...keywords], isTaken);
  }
  return labels;
}

/** Errors as `llm_labeling_errors` lists them: JSON texts, one an error, with the clusters that it met. */
export function labelingErrors(failed: Record<string, string>): string[] {
  const byError = new Map<string, string[]>();
  for (const [id, error] of Object.entries(failed)) byError.set(error, [...(byError.get(error) ?? []), id]);
  return [...byError].map(([error, clusters]) => JSON.stringify({ error, clusters }));
}
