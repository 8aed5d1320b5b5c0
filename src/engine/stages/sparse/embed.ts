/** The rows of a sparse feature on its components: the dense block that is clustered. */
import type { EmbedResult } from "../../../domain/run/results";
import type { Stage } from "../../context";
import { boundsOf, pieceName } from "../../scratch";
import { scoresName, stageFeature, vectorsName, weightedPages } from "../../sparse/feature";
import { COMPONENTS, multiply } from "../../sparse/subspace";

interface Part {
  from: number;
  to: number;
  empty: number;
}

export const embed: Stage = {
  async map(context): Promise<Part> {
    const { span, scratch, pulse, results } = context;
    const feature = stageFeature(context);
    const { components } = results[`subspace/${feature}`]!;
    const { longest } = results[`terms/${feature}`]!;
    const text = context.spec.features[feature]!.sparse!.weighting === "tfidf";
    const vectors = await scratch.doubles(vectorsName(feature));
    // Fewer components than the feature has dimensions leave zeros.
    const scores = new Float32Array((span.to - span.from) * COMPONENTS);
    const image = new Float64Array(components);
    let empty = 0;
    for await (const { from, rows } of weightedPages(context, feature, span))
      pulse.compute(() => {
        for (let row = 0; row + 1 < rows.offsets.length; row++) {
          const [first, end] = [rows.offsets[row]!, rows.offsets[row + 1]!];
          if (first === end) empty += 1;
          multiply(rows.columns, rows.values, first, end, vectors, components, image);
          const at = (from - span.from + row) * COMPONENTS;
          for (let c = 0; c < components; c++) scores[at + c] = text ? image[c]! : image[c]! * longest;
        }
      });
    scratch.put(pieceName(scoresName(feature), span.from, span.to), scores);
    return { ...span, empty };
  },

  async reduce({ inputs }): Promise<EmbedResult> {
    const parts = inputs.parts as Part[];
    return { bounds: boundsOf(parts), emptyRows: parts.reduce((sum, { empty }) => sum + empty, 0) };
  },
};
