/** The rows of a sparse feature on its components: the dense block that is clustered. */
import type { EmbedResult } from "../../../domain/run/results";
import type { Stage } from "../../context";
import { boundsOf, pieceName } from "../../scratch";
import { scoresName, stageFeature, vectorsName, weightedPages } from "../../sparse/feature";
import { COMPONENTS } from "../../sparse/subspace";
import { thinPieces } from "../../sparse/thin-pieces";

interface Part {
  from: number;
  to: number;
  empty: number;
}

export const embed: Stage = {
  async map(context): Promise<Part> {
    const { span, scratch, pulse, results, kernels } = context;
    // A matrix that another track has left here would leave no room.
    context.workspace.drop();
    const feature = stageFeature(context);
    const { components } = results[`subspace/${feature}`]!;
    const { longest, columns } = results[`terms/${feature}`]!;
    const text = context.spec.features[feature]!.sparse!.weighting === "tfidf";
    const vectors = kernels.thinMatrix(columns, components);
    for await (const { from, values } of thinPieces(context, vectorsName(feature), vectors))
      vectors.write(from, values);
    // Fewer components than the feature has dimensions leave zeros.
    const scores = new Float32Array((span.to - span.from) * COMPONENTS);
    let empty = 0;
    for await (const { from, rows, share } of weightedPages(context, feature, span)) {
      const products = await pulse.drain(kernels.sparseProducts(rows, vectors), share);
      pulse.compute(() => {
        for (let row = 0; row + 1 < rows.offsets.length; row++) {
          if (rows.offsets[row] === rows.offsets[row + 1]) empty += 1;
          const at = (from - span.from + row) * COMPONENTS;
          for (let c = 0; c < components; c++) {
            const score = products[row * components + c]!;
            scores[at + c] = text ? score : score * longest;
          }
        }
      });
    }
    scratch.put(pieceName(scoresName(feature), span.from, span.to), scores);
    return { ...span, empty };
  },

  async reduce({ inputs }): Promise<EmbedResult> {
    const parts = inputs.parts as Part[];
    return { bounds: boundsOf(parts), emptyRows: parts.reduce((sum, { empty }) => sum + empty, 0) };
  },
};
