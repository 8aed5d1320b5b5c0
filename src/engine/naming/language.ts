/** What naming by a language model needs of its surroundings. Who provides it: `providers/language.ts` and the coordinator. */
import type { Embed } from "../../labeling/llm/clashes";
import type { Ask, Media, NamingSettings } from "../../labeling/llm/contract";
import type { Clock, RetryLimits } from "../../labeling/llm/retry";

/** A model that can be asked, or why none can. */
export type OpenedModel = { ask: Ask; ownBaseUrl: boolean } | { missing: string };

export interface Language {
  open(settings: NamingSettings): OpenedModel;
  /** Why a model of this provider cannot be shown the file, or null where it can. */
  fileProblem(media: Media, settings: NamingSettings): string | null;
  /** Compares labels. */
  embed: Embed;
  clock: Clock;
  limits: RetryLimits;
  answers: {
    /** JSON texts by key. */
    known(keys: string[]): Promise<Record<string, string>>;
    keep(answers: Record<string, string>, ttlSeconds: number): Promise<void>;
  };
}
