/** Everything the façade in src/kernels calls: numbers and addresses only. Names, shapes and errors are the façade's. */
export { allocate, mark, release, setLimit } from "./memory";
export { philox, philoxWord, uniform } from "./rng";
export { exponential, naturalLog } from "./math";
export { packDistancePanels, panelBytes, paddedColumns, blockRows } from "./linalg/panels";
export { maxAbs, firstNonFinite, rowNorms, normalizeRows, center, moments } from "./linalg/rows";
export { scatterAdd, scatterBytes } from "./linalg/scatter";
export { backTransform, tridiagonalStep, tridiagonalValue, tridiagonalVector } from "./linalg/eigen";
export { packAxes, projectPadding, projectRows } from "./linalg/project";
export { peak, peakOperations } from "./linalg/peak";

// Sparse rows and thin matrices
export { sparseProducts, sparseTransposed } from "./linalg/sparse";
export { thinGram, thinRotate } from "./linalg/thin";

// k-means
export { blockBytes } from "./cluster/nearest";
export { kmeansBounds, kmeansBytes, kmeansCentroids, kmeansData, kmeansMove, kmeansPack } from "./cluster/state";
export { kmeansAssign, kmeansAssignBounded, kmeansHalves, kmeansObjective, kmeansUpdate } from "./cluster/lloyd";
export { exponentialKeys, seedKeep, seedSearch, seedTry } from "./cluster/seed";
export { assignBlock, assignDescribe, assignInertia, assignLabels } from "./cluster/assign";

// Spectral clustering
export { denseApply, denseDegrees, rbfAffinities } from "./spectral/rbf";

// Gaussian mixture
export { mixtureBytes, mixtureFactors, mixtureModel, mixtureSums, mixtureWork, mixtureWorkBytes } from "./mixture/state";
export { mixtureAssign } from "./mixture/expectation";
export { columnPeaks, mixtureExpect, mixtureStartLabels, mixtureStartRandom, mixtureTotal } from "./mixture/sums";
export { choleskyRows, invertRows, mixtureUpdate } from "./mixture/update";
export { mixtureCenters, mixtureFactorBytes, mixtureKeepDiagonals, mixtureKeepFactor, mixtureKeepTied, mixtureTriangle } from "./mixture/factors";

// Measures
export { allPointsCore, distancesOfRow } from "./metrics/dbcv";
export { cosineMeans, cosineSums } from "./metrics/cosine";
export { memberDistances, memberSums } from "./metrics/members";
export { scoresBytes, scoresClose, scoresColumns, scoresGroupBytes, scoresRows, scoresSpace } from "./metrics/scores";
export { silhouetteAdd, silhouetteBytes } from "./metrics/silhouette";

// Neighbours
export { inverseNorms, rowDistance } from "./neighbors/metric";
export { packBlocks, prepareRows } from "./neighbors/base";
export { basisBytes, basisStart, basisStep } from "./neighbors/basis";
export { orderRows, orderSplit, orderStart } from "./neighbors/order";
export { searchMean } from "./neighbors/prepare";
export { refineClose, refineOpen, refineRows } from "./neighbors/refine";
export { searchClose, searchNear, searchOpen, searchRest } from "./neighbors/search";
export { searchBase, searchBlock, searchBytes, searchLists, searchPanels, searchQueries, searchScratch, searchSpace } from "./neighbors/state";

// DBSCAN
export { dbscanBorder, dbscanBorderKept, dbscanBytes, dbscanCount, dbscanJoin, dbscanNumber, dbscanOpen, dbscanSetup } from "./density/dbscan";

// Graphs
export { adjacencyApply, adjacencyScale } from "./graph/adjacency";
export { krylovNorm, krylovProducts, krylovRotate, krylovScale, krylovSign, krylovStart, krylovSubtract, krylovTileBytes } from "./linalg/krylov";
// Communities
export { leidenArcCount, leidenBind, leidenBytes, leidenCommunities, leidenMembership, leidenNodeBytes, leidenObjective } from "./community/state";
export { leidenMove, leidenShuffle, leidenStart } from "./community/move";
export { leidenRefine, leidenSplit } from "./community/refine";
export { leidenAggregate, leidenGather } from "./community/aggregate";
export { leidenAscend, leidenComponents, leidenInside, leidenSquares, leidenStrengths } from "./community/result";

// Agglomerative clustering
export { condensedBytes, condensedFill, condensedRun, condensedSpace } from "./linkage/condensed";
export { primBytes, primOpen, primRun, primSpace } from "./linkage/prim";
export { sketchBytes, sketchColumnBytes, sketchSpace } from "./linkage/sketch";
export { wardBytes, wardOpen, wardRun, wardSpace } from "./linkage/ward";

// UMAP
export { umapCurve, umapCurveA, umapCurveB } from "./reduce/umap/curve";
export { umapEpoch } from "./reduce/umap/layout";
export { umapEpoch2 } from "./reduce/umap/layout2";
export { umapStrengths } from "./reduce/umap/membership";
export { umapPower } from "./reduce/umap/power";
export { umapDrawnBytes } from "./reduce/umap/sampling";
export { umapNoise } from "./reduce/umap/start";
export { umapLayoutBytes, umapLayoutEdges, umapLayoutForces, umapLayoutPoints } from "./reduce/umap/state";

// Density
export { placeRows } from "./density/hdbscan/coordinates";
export { cellsAssign, cellsPack, cellsRound, cellsSeed, cellsSort } from "./density/hdbscan/cells";
export { coreBlock, coreBytes, coreSetup } from "./density/hdbscan/core";
export { forestBlock, forestBytes, forestComponents, forestJoin, forestLists, forestMeasure, forestRound, forestSetup } from "./density/hdbscan/boruvka";
export { queriesBytes, queriesLayout } from "./density/hdbscan/queries";
export { spaceBytes, spaceCells, spaceCoordinates, spacePlaces, spaceRows } from "./density/hdbscan/space";

// t-SNE
export { tsneEntropy, tsneProbabilities } from "./reduce/tsne/affinities";
export { tsneAttractions, tsneBytes, tsnePointBytes, tsnePoints, tsneStride } from "./reduce/tsne/state";
export { tsneGrow, tsneTree, tsneTreeBytes } from "./reduce/tsne/tree";
export { tsneRepulse } from "./reduce/tsne/repulsion";
export { tsneAttract, tsneClear } from "./reduce/tsne/attraction";
export { tsneAxes, tsneExactBytes, tsneRepulseExactly } from "./reduce/tsne/exact";
export { tsneLogSimilarity, tsneLogTotal, tsneStep } from "./reduce/tsne/descent";
// Mean shift
export { bandwidthBytes, bandwidthOpen, bandwidthScan, bandwidthSum } from "./modes/bandwidth";
export { binRows, binSeed } from "./modes/bins";
export { shiftLabels } from "./modes/distance";
export { shiftMove, shiftOpen, shiftScan } from "./modes/shift";
export { shiftBlockBytes, shiftBytes, shiftFates, shiftMean, shiftMembers, shiftMoves, shiftSetup } from "./modes/state";

// OPTICS
export { opticsFilter } from "./density/optics/filter";
export { opticsOpen, opticsScan, opticsStart, opticsTake } from "./density/optics/order";
export { opticsBlockBytes, opticsBytes, opticsData, opticsResults, opticsWork } from "./density/optics/state";

/** Whether this is the build with fused multiply-add. */
export function isRelaxed(): bool {
  return ASC_FEATURE_RELAXED_SIMD;
}
