/** One cluster definition on the page: its run, its progress, its map. */
import { byId } from "../shared/dom.js";
import { ApiError } from "./api.js";
import { count } from "./format.js";
import { MAX_POINTS, streamMembers } from "./members.js";
import { Points } from "./points.js";
import { showProblem } from "./problem.js";
import { progressView } from "./progress.js";
import { runEvents } from "./run-events.js";
import { markCluster, showClusters, showRun } from "./run-panel.js";
import { createScatter } from "./scatter.js";
import { tooltip } from "./tooltip.js";

/** @param {(definition: any) => void} onChange called with the definition when a run of it has ended */
export function clusterView(onChange) {
  const problem = byId("run-problem");
  const rows = byId("clusters-body");
  const note = byId("map-note");
  const execute = byId("execute");
  const cancel = byId("cancel");
  const progress = progressView({ box: byId("progress"), bar: byId("progress-bar"), text: byId("progress-text") });
  const scatter = createScatter(byId("map"), {
    onHover: tooltip(byId("tooltip")),
    onPick: (cluster) => highlight(cluster),
  });
  let chosen = null;
  /** Ends what the cluster shown before still has under way. */
  let work = new AbortController();
  let api = null;
  let base = "";
  let running = null;
  let drawn = null;

  function highlight(cluster) {
    chosen = cluster === chosen ? null : cluster;
    scatter.highlight(chosen);
    markCluster(rows, chosen);
  }

  /** Runs `task`, whose failure is worth a message only while its cluster is shown. */
  async function guarded(task) {
    const { signal } = work;
    try {
      showProblem(problem, null);
      await task(signal);
    } catch (error) {
      if (!signal.aborted) showProblem(problem, error);
    }
  }

  function clear() {
    running = null;
    progress.end();
    setRunning(false);
    showClusters(rows, null, highlight);
    scatter.show(new Points());
    scatter.highlight(null);
    chosen = null;
    note.textContent = "";
  }

  function setRunning(is) {
    execute.disabled = is;
    cancel.hidden = !is;
  }

  /** The newest run decides what happens; the newest completed one is what can be shown. */
  async function load(signal) {
    const latest = await api.get(`${base}/executions`, signal).catch((error) => {
      if (error instanceof ApiError && error.code === "no_execution") return null;
      throw error;
    });
    const shown = [latest, ...(latest?.history ?? [])].find((run) => run?.status === "completed") ?? null;
    const isRunning = latest?.status === "pending" || latest?.status === "processing";
    if (shown) showRun(byId("run"), shown);
    else
      byId("run").textContent = latest ? "No run has completed yet." : "Not run yet. Execute it to see its clusters.";
    if (latest?.status === "failed") showProblem(problem, new Error(latest.error_message ?? "The latest run failed."));
    await Promise.all([shown && showMembers(shown, signal), isRunning && follow(latest.run_id, signal)]);
  }

  async function showMembers(run, signal) {
    const points = new Points();
    // A newer run may end, and be shown, while this one's rows still arrive.
    drawn = points;
    const say = (text) => {
      if (drawn === points) note.textContent = text;
    };
    showClusters(rows, run, highlight);
    scatter.name(
      new Map((run.centroids ?? []).flatMap(({ cluster_id, label }) => (label ? [[cluster_id, label]] : []))),
    );
    scatter.show(points);
    await streamMembers(
      api,
      `${base}/executions/${run.run_id}`,
      points,
      () => {
        say(`${count(points.count)} points…`);
        scatter.requestDraw();
      },
      signal,
    );
    say(summary(points, run.num_points));
  }

  async function follow(runId, signal) {
    running = runId;
    setRunning(true);
    progress.start();
    try {
      for await (const event of runEvents(api, `${base}/executions/${runId}`, signal)) progress.show(event);
    } finally {
      if (!signal.aborted) {
        running = null;
        setRunning(false);
        progress.end();
      }
    }
    onChange(await api.get(base, signal));
    await load(signal);
  }

  execute.addEventListener("click", () =>
    guarded(async (signal) => {
      execute.disabled = true;
      try {
        const task = await api.post(`${base}/execute`, {}, signal);
        await follow(task.additional_data.run_id, signal);
      } finally {
        if (!signal.aborted && running === null) execute.disabled = false;
      }
    }),
  );
  cancel.addEventListener("click", () =>
    guarded((signal) => api.post(`${base}/executions/${running}/cancel`, undefined, signal)),
  );
  byId("zoom-in").addEventListener("click", () => scatter.zoom(1.5));
  byId("zoom-out").addEventListener("click", () => scatter.zoom(1 / 1.5));
  byId("zoom-fit").addEventListener("click", () => scatter.reset());

  return {
    /** @param {ReturnType<typeof import("./api.js").createApi>} client @param {string} clusterId */
    show(client, clusterId) {
      work.abort();
      work = new AbortController();
      api = client;
      base = `/v1/clusters/${encodeURIComponent(clusterId)}`;
      clear();
      return guarded(async (signal) => {
        const definition = await api.get(base, signal);
        byId("detail").hidden = false;
        byId("cluster-name").textContent = definition.cluster_name;
        byId("cluster-facts").textContent = [definition.algorithm, definition.cluster_id].filter(Boolean).join(" · ");
        await load(signal);
      });
    },
  };
}

function summary(points, total) {
  const more = total > MAX_POINTS ? `the first ${count(MAX_POINTS)} of ${count(total)} documents` : "";
  if (points.count === 0)
    return points.unplaced > 0 ? "This run made no map: its members have no coordinates." : "No members.";
  const unplaced = points.unplaced > 0 ? `${count(points.unplaced)} without coordinates` : "";
  return [`${count(points.count)} points`, more, unplaced].filter(Boolean).join(" · ");
}
