/** The second demo: text in, clusters with names of words out. Everything goes through the API; no model is asked. */
import { follow, sayFiles, sayMetrics, sayPlan, timed } from "./demo-run.mjs";
import { emojiDocuments, spread } from "./emoji-data.mjs";
import { bold, cyan, dim, expected, say } from "./output.mjs";
import { adjustedRandIndex } from "./rand-index.mjs";

const NAMESPACE = "demo";
const FEATURE = "mixpeek://text_extractor@v1/lexical";
/** What is read of a document; group and subgroup are not. */
const TEXTS = ["label", "tags"];
const GLYPHS = 20;
const KEYWORDS = 6;
const SEED = 42;
const NOISE = "-1";

/** What is asked of each algorithm; docs/design/demo.md has what each gives. */
export const EMOJI_ALGORITHMS = {
  agglomerative: { algorithm_params: { n_clusters: 50, linkage: "average", metric: "cosine" } },
  kmeans: { algorithm_params: { n_clusters: 50, n_init: 10, random_state: SEED } },
  leiden: { algorithm_params: { resolution: 1, n_neighbors: 10, metric: "cosine", random_state: SEED } },
  hdbscan: {
    algorithm_params: { min_cluster_size: 15, min_samples: 5 },
    preprocessing_steps: [{ method: "umap", n_components: 5, n_neighbors: 15, metric: "cosine", random_state: SEED }],
  },
};

const createCollection = (api) =>
  api.post("/v1/collections", {
    collection_name: "emoji",
    description: "Emoji by their names and tags",
    feature_extractor: {
      feature_extractor_name: "text_extractor",
      version: "v1",
      input_mappings: { text: TEXTS },
    },
  });

const createDefinition = (api, collectionId, algorithm) =>
  api.post("/v1/clusters", {
    cluster_name: `emoji-${algorithm}`,
    collection_ids: [collectionId],
    vector_config: { feature_uris: [FEATURE], clustering_method: algorithm, ...EMOJI_ALGORITHMS[algorithm] },
    // Not by a model: the fields that keywords and names are taken from.
    llm_labeling: {
      enabled: false,
      labeling_inputs: {
        input_mappings: TEXTS.map((path) => ({ input_key: path, source_type: "payload", path })),
      },
    },
  });

function sayClusters(centroids, members, emoji) {
  const found = new Map(centroids.map(({ cluster_id }) => [cluster_id, []]));
  for (const { cluster_id, document_id } of members) found.get(cluster_id)?.push(document_id);
  say(`\n${bold("Clusters")} ${dim(`(name, members, keywords, ${GLYPHS} of the members)`)}`);
  for (const { cluster_id, label, keywords } of centroids) {
    const ids = found.get(cluster_id);
    const words = (keywords ?? []).slice(0, KEYWORDS).join(", ");
    say(`\n  ${bold(label ?? cluster_id)}  ${dim(`${cluster_id}, ${ids.length} members`)}  ${cyan(words)}`);
    say(
      `  ${spread(ids, GLYPHS)
        .map((id) => emoji.get(id).emoji)
        .join(" ")}`,
    );
  }
  const noise = members.filter(({ cluster_id }) => cluster_id === NOISE).length;
  if (noise > 0) say(`\n  ${dim(`noise, in no cluster: ${noise.toLocaleString("en")} emoji`)}`);
}

function sayAgreement(members, emoji) {
  const clusters = members.map(({ cluster_id }) => cluster_id);
  const index = (field) => {
    const groups = members.map(({ document_id }) => emoji.get(document_id)[field]);
    return `${adjustedRandIndex(clusters, groups).toFixed(2)} with the ${new Set(groups).size} ${field}s`;
  };
  say(
    `\n${bold("Adjusted Rand index")} ${dim("(1: the same partition, 0: chance; the clustering has not seen them)")}`,
  );
  say(`  ${index("group")} of the emoji keyboard, ${index("subgroup")}\n`);
}

/**
 * Runs the whole demo against a fresh server.
 *
 * @param api client with the root key and no namespace yet
 * @param {string} state the server's state folder, to say where the files are
 * @param {string} algorithm a key of `EMOJI_ALGORITHMS`
 */
export async function runEmoji(api, state, algorithm) {
  const namespace = await api.post("/v1/namespaces", { namespace_name: NAMESPACE });
  const here = api.with({ namespace: NAMESPACE });
  const collection = await createCollection(here);
  const documents = emojiDocuments();
  const emoji = new Map(documents.map(({ document_id, payload }) => [document_id, payload]));

  const path = `/v1/collections/${collection.collection_id}`;
  const lines = documents.map((document) => JSON.stringify(document)).join("\n");
  const imported = await timed(
    (batch) => `Imported ${batch.inserted.toLocaleString("en")} emoji: names and tags, no vectors`,
    () => here.post(`${path}/documents/import`, lines, { "Content-Type": "application/x-ndjson" }),
  );
  if (imported.failed > 0) throw expected(`${imported.failed} documents were refused: ${JSON.stringify(imported)}`);

  const definition = await createDefinition(here, collection.collection_id, algorithm);
  const cluster = `/v1/clusters/${definition.cluster_id}`;
  const { plan } = await timed(
    () => `Planned ${algorithm}: ${JSON.stringify(EMOJI_ALGORITHMS[algorithm].algorithm_params)}`,
    () => here.post(`${cluster}/plan`, {}),
  );
  sayPlan(plan);

  const run = await timed(
    ({ num_points, num_clusters }) => `Clustered ${num_points.toLocaleString("en")} emoji into ${num_clusters}`,
    async () => {
      // The components of the texts come from random signs: a seed gives everybody the same clusters.
      const task = await here.post(`${cluster}/execute`, { random_state: SEED });
      return follow(here, `${cluster}/executions/${task.additional_data.run_id}`);
    },
  );
  const { centroids, members } = await here.get(`${run.path}/artifacts?include_members=true`);
  sayClusters(centroids, members, emoji);
  sayAgreement(members, emoji);
  sayMetrics(run);
  sayFiles(await here.get(cluster), state);
  say();
  return {
    namespace: NAMESPACE,
    namespaceId: namespace.namespace_id,
    clusterId: definition.cluster_id,
    runId: run.run_id,
  };
}
