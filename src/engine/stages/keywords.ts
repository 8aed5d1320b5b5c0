/** Names of the clusters from the words of their documents: keywords by class-based TF-IDF, labels made of them; and samples. */
import type { KeywordsResult } from "../../domain/run/results";
import { nameClusters } from "../../labeling/labels";
import type { Stage } from "../context";
import { chooseFields } from "../naming/fields";
import { Finder } from "../naming/finder";
import { Gleaner } from "../naming/gleaner";
import { keywordsOf } from "../naming/keywords";
import { putNames } from "../naming/names";
import { reusedSource } from "../naming/reused";
import { samplesOf } from "../naming/samples";
import { clusteredSource } from "../naming/source";
import { putJson } from "./json";

const NAMES = "keywords/names";
const SAMPLES = "keywords/samples";

export const keywords: Stage = {
  async map(context): Promise<KeywordsResult> {
    const { spec, stage, scratch, pulse } = context;
    const source = spec.reuse ? await reusedSource(context, spec.reuse) : await clusteredSource(context);
    const { clusters } = source;
    const { fields, stopWords, warnings } = await chooseFields(context, source);
    const wantsSamples = spec.labeling?.enabled ?? false;
    // Without texts nobody needs to see the members.
    const gleaner = new Gleaner(clusters, {
      rows: stage.params.sampledRows as number,
      seed: spec.seed,
      near: wantsSamples,
    });
    const finder = new Finder(spec.labelled?.groups ?? [], spec.reuse !== undefined);
    if (fields.length > 0 || wantsSamples || finder.isLooking)
      for await (const batch of source.members()) {
        pulse.compute(() => {
          gleaner.add(batch);
          finder.add(batch);
        });
        pulse.beat({ done: 0, total: 1 });
      }
    const { found, sampledRows } = await keywordsOf(context, clusters, gleaner, fields, stopWords);
    const unnamed = clusters.map(({ id, given }) => ({ id, given, keywords: found.get(id) ?? [] }));
    putNames(scratch, NAMES, nameClusters(unnamed));
    if (wantsSamples) putJson(scratch, SAMPLES, samplesOf(clusters, gleaner, spec.labeling!.max_samples_per_cluster));
    return {
      names: NAMES,
      fields,
      sampledRows,
      samples: wantsSamples ? SAMPLES : null,
      kept: finder.found(),
      warnings,
    };
  },
};
