/** Where everything lies in the bucket. `docs/data-formats.md` documents these keys: they are part of the contract. */
export const keys = {
  /** Everything of a namespace's documents, artifacts or scratch. */
  namespace: (plane: "documents" | "artifacts" | "scratch", namespaceId: string) => `${plane}/${namespaceId}/`,
  collection: (namespaceId: string, collectionId: string) => `documents/${namespaceId}/${collectionId}/`,
  segment: (namespaceId: string, collectionId: string, segmentId: string) =>
    `documents/${namespaceId}/${collectionId}/segments/${segmentId}.arrow`,
  /** An upload or a part of one, kept while it is read by ranges. */
  upload: (namespaceId: string, collectionId: string, uploadId: string) =>
    `documents/${namespaceId}/${collectionId}/uploads/${uploadId}`,
  cluster: (namespaceId: string, clusterId: string) => `artifacts/${namespaceId}/${clusterId}/`,
  run: (namespaceId: string, clusterId: string, runId: string) => `artifacts/${namespaceId}/${clusterId}/${runId}/`,
  artifact: (namespaceId: string, clusterId: string, runId: string, file: ArtifactFile) =>
    `artifacts/${namespaceId}/${clusterId}/${runId}/${file}`,
  /** Nodes and centroids of a taxonomy's versions. */
  taxonomy: (namespaceId: string, taxonomyId: string) => `artifacts/${namespaceId}/${taxonomyId}/`,
  taxonomyFile: (namespaceId: string, taxonomyId: string, version: number, file: TaxonomyFile) =>
    `artifacts/${namespaceId}/${taxonomyId}/${version}/${file}`,
  /** Intermediate results of a run; deleted when the run ends. */
  scratch: (namespaceId: string, runId: string) => `scratch/${namespaceId}/${runId}/`,
};

/** The tables that a method keeps are named in src/artifacts/method-tables.ts. */
export type ArtifactFile = `${string}.parquet` | "manifest.json";

export type TaxonomyFile = "nodes.json" | "centroids.f32" | "draft.json";
