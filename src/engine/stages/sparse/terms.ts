/** In how many documents each index of a sparse feature occurs, and which of the indices become columns. */
import { ShoalError } from "../../../domain/errors";
import type { TermsResult } from "../../../domain/run/results";
import type { Stage } from "../../context";
import { pieceName } from "../../scratch";
import { columnsName, idfName, sparseOf, sparsePages, stageFeature, termsName } from "../../sparse/feature";
import { chosenColumns, longestRow, smoothIdf } from "../../sparse/weighting";

interface Part {
  from: number;
  to: number;
  longest: number;
}

export const terms: Stage = {
  async map(context): Promise<Part> {
    const { span, scratch, pulse } = context;
    const feature = stageFeature(context);
    const frequencies = new Uint32Array(sparseOf(context, feature).indices);
    let longest = 0;
    for await (const { rows } of sparsePages(context, feature, span))
      pulse.compute(() => {
        for (const index of rows.indices) frequencies[index]! += 1;
        longest = Math.max(longest, longestRow(rows));
      });
    scratch.put(pieceName(termsName(feature), span.from, span.to), frequencies);
    return { ...span, longest };
  },

  async reduce(context): Promise<TermsResult> {
    const { inputs, scratch, plan, pulse, spec } = context;
    const feature = stageFeature(context);
    const { indices, weighting } = sparseOf(context, feature);
    const parts = inputs.parts as Part[];
    const frequencies = new Uint32Array(indices);
    for (const { from, to } of parts) {
      const bytes = await scratch.bytes(pieceName(termsName(feature), from, to));
      const part = new Uint32Array(bytes.buffer, bytes.byteOffset, indices);
      pulse.compute(() => {
        for (let i = 0; i < indices; i++) frequencies[i]! += part[i]!;
      });
    }
    const { rows } = plan.shape;
    const text = weighting === "tfidf";
    const columns = pulse.compute(() => chosenColumns(frequencies, rows, text));
    if (columns.length < 2) throw emptyVocabulary(spec.features[feature]!.name, rows, columns.length);
    scratch.put(columnsName(feature), columns.slice());
    if (text)
      scratch.put(
        idfName(feature),
        Float64Array.from(columns, (index) => smoothIdf(rows, frequencies[index]!)),
      );
    return {
      columns: columns.length,
      found: frequencies.reduce((count, frequency) => count + (frequency > 0 ? 1 : 0), 0),
      longest: Math.max(...parts.map((part) => part.longest)),
    };
  },
};

const emptyVocabulary = (name: string, rows: number, found: number): ShoalError =>
  new ShoalError(
    "vocabulary_empty",
    `feature ${name}: the ${rows} documents have ${found} terms in common; a clustering of their words needs at least 2 that occur in several, not in nearly all`,
    { field: "feature_uris", value: name, limit: 2, found },
  );
