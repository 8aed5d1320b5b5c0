/** The groups of the API reference, in reading order. */
export const TAGS = {
  System: "Is the service up, and what does it offer.",
  Keys: "API keys: created once, stored hashed, with scopes and optional namespaces.",
  Namespaces: "Isolated worlds of collections, clusters and runs.",
  Collections: "Where documents and their vectors live.",
  Documents: "Payloads and vectors: import, read, change, aggregate.",
  Clusters: "Cluster definitions: what to group, by which features, with which algorithm.",
  Executions: "Runs of a definition: progress, results, artifacts.",
  Triggers: "Runs that start by themselves: by the clock, after documents were written, when the data has drifted.",
  Taxonomies:
    "Trees of labels with centroids: made from clusters, fields or a model; documents are classified by them.",
  Tasks: "The state of work that was started, whatever started it.",
  Webhooks: "Who hears of what happens, signed as Standard Webhooks says: HTTP, Slack, mail; the log of deliveries.",
  Templates: "Cluster definitions to start from.",
  Analytics: "How a cluster's runs went over time.",
  Resources: "Search over everything that a namespace holds.",
} as const;
export type Tag = keyof typeof TAGS;
