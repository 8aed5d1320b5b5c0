/** The server killed with SIGKILL at a bad moment, and started again on the same state. */
import { setTimeout as sleep } from "node:timers/promises";
import { clusterBody, collectionBody, NDJSON, ndjson } from "./data.mjs";
import { equal, eventually, ok } from "./expect.mjs";

const BATCH = 2_000;
const DIMENSIONS = 64;
const DOCUMENTS = 20_000;

async function tables(api, run) {
  const answer = await api.send("POST", `${run}/data`, { include_members: true }, { Accept: "application/x-ndjson" });
  ok(answer.ok, `the tables of ${run}: ${answer.status}`);
  return answer.text();
}

async function finished(api, run) {
  const execution = await eventually(
    () => api.get(run),
    ({ status }) => status === "completed" || status === "failed",
    180_000,
    "the end of the run",
  );
  equal(execution.status, "completed", execution.error_message ?? "the run's status");
  return execution;
}

export const crashScenarios = [
  {
    name: "killed during an import: what was acknowledged is there, whole",
    async run(world) {
      const api = world.client("stranger");
      const collection = await api.post("/v1/collections", collectionBody("crash", DIMENSIONS));
      const path = `/v1/collections/${collection.collection_id}`;
      let acknowledged = 0;
      const importing = (async () => {
        for (let from = 0; from < DOCUMENTS; from += BATCH) {
          const batch = await api.post(`${path}/documents/import`, ndjson(from, from + BATCH, DIMENSIONS), NDJSON);
          acknowledged += batch.inserted;
        }
      })();
      const ended = importing.then(
        () => "whole",
        () => "cut off",
      );
      await eventually(
        async () => acknowledged,
        (count) => count >= 2 * BATCH,
        60_000,
        "two acknowledged batches",
      );
      await sleep(30); // into the next one
      await world.kill();
      equal(await ended, "cut off", "the import");
      await world.start();

      const count = (await api.get(path)).document_count;
      // A batch is atomic: the one in flight is there whole or not at all.
      ok(count >= acknowledged && count % BATCH === 0, `${count} documents of ${acknowledged} acknowledged`);
      await api.get(`${path}/documents/doc_blob${String(acknowledged - 1).padStart(6, "0")}`);
      await api.post(`${path}/documents/import`, ndjson(0, DOCUMENTS, DIMENSIONS), NDJSON);
      equal((await api.get(path)).document_count, DOCUMENTS, "documents after the import was repeated");
      world.made.crash = { collectionId: collection.collection_id };
    },
  },
  {
    name: "killed during a run: it goes on by itself and gives the same bytes",
    async run(world) {
      const api = world.client("stranger");
      const params = { n_clusters: 50, n_init: 10, max_iter: 300 };
      const cluster = await api.post("/v1/clusters", clusterBody("crash", world.made.crash.collectionId, params));
      const execute = async () => {
        const task = await api.post(`/v1/clusters/${cluster.cluster_id}/execute`);
        return `/v1/clusters/${cluster.cluster_id}/executions/${task.additional_data.run_id}`;
      };
      const undisturbed = await execute();
      await finished(api, undisturbed);

      const killed = await execute();
      for await (const event of api.events(`${killed}/events`)) {
        if (event.fraction > 0.1 || event.type !== "planned") break;
      }
      await world.kill();
      await world.start();
      await finished(api, killed);
      ok((await tables(api, undisturbed)) === (await tables(api, killed)), "the same bytes");
    },
  },
  {
    name: "a cancelled run stops, leaves no artifact, and the next one runs",
    async run(world) {
      const api = world.client("stranger");
      const params = { n_clusters: 200, n_init: 20, max_iter: 1000 };
      const cluster = await api.post("/v1/clusters", clusterBody("cancel", world.made.crash.collectionId, params));
      const task = await api.post(`/v1/clusters/${cluster.cluster_id}/execute`);
      const run = `/v1/clusters/${cluster.cluster_id}/executions/${task.additional_data.run_id}`;
      await api.post(`${run}/cancel`);
      const execution = await eventually(
        () => api.get(run),
        ({ status }) => status === "failed",
        60_000,
        "the cancellation",
      );
      ok(execution.canceled_at, "canceled_at is set");
      const data = await api.send("POST", `${run}/data`, {});
      ok(data.status === 404 || data.status === 409, `data of a cancelled run: ${data.status}`);
      const next = await api.post(`/v1/clusters/${cluster.cluster_id}/execute`, { sample_size: 500 });
      await finished(api, `/v1/clusters/${cluster.cluster_id}/executions/${next.additional_data.run_id}`);
    },
  },
];
