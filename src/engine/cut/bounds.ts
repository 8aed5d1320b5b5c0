/** Rows of a kept tree, or edges of a kept graph, that one isolate reads for a cut: some 50 MB with what cuts them. */
export const MOST_KEPT_ROWS = 500_000;
