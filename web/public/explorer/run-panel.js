/** The run: its state, metrics, warnings and clusters. */
import { h } from "../shared/dom.js";
import { count, duration, figure, metricName, moment } from "./format.js";
import { NOISE_ID } from "./palette.js";
import { swatchColor } from "./scatter.js";

/** Names and values. @param {any} run a completed execution @returns {[string, string][]} */
export function runFacts({ metrics, num_clusters, num_points, noise_points, execution_time_ms }) {
  return [
    ["Clusters", count(num_clusters)],
    ["Documents", count(num_points)],
    ["Noise", noise_points > 0 ? `${count(noise_points)} (${percent(noise_points / num_points)})` : "none"],
    ["Took", duration(execution_time_ms)],
    ...Object.entries(metrics ?? {}).map(([name, value]) => [metricName(name), figure(value)]),
  ];
}

/** @param {HTMLElement} place @param {any} run a completed execution */
export function showRun(place, run) {
  const { warnings = [], completed_at, run_id } = run;
  const facts = runFacts(run);
  place.replaceChildren(
    h(
      "dl",
      { class: "metrics" },
      facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    ),
    h("p", { class: "quiet run-id" }, h("code", {}, run_id), ` · ${moment(completed_at)}`),
    warnings.length > 0
      ? h(
          "details",
          { class: "warnings" },
          h("summary", {}, `${warnings.length} warning${warnings.length > 1 ? "s" : ""}`),
          h("ul", {}, warnings.map(warning)),
        )
      : "",
  );
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const warning = ({ loc, msg }) => h("li", {}, h("code", {}, loc.join(".")), " ", msg);

/**
 * The clusters by size; a row highlights its cluster on the map.
 * @param {HTMLElement} body @param {any} run @param {(cluster: string) => void} onSelect
 */
export function showClusters(body, run, onSelect) {
  const centroids = run?.centroids ?? [];
  const noise = run?.noise_points > 0 ? [{ cluster_id: NOISE_ID, num_members: run.noise_points, label: "noise" }] : [];
  const largest = Math.max(1, ...centroids.map(({ num_members }) => num_members));
  body.replaceChildren(...[...centroids, ...noise].map((centroid) => clusterRow(centroid, largest, onSelect)));
}

function clusterRow({ cluster_id, num_members, label, summary, keywords }, largest, onSelect) {
  const swatch = h("span", { class: "swatch" });
  swatch.style.background = swatchColor(cluster_id);
  const bar = h("span", { class: "bar" });
  bar.style.width = `${Math.min(100, (100 * num_members) / largest)}%`;
  bar.style.background = swatchColor(cluster_id);
  const about = [summary, keywords?.join(", ")].filter(Boolean).join("\n");
  const button = h(
    "button",
    { type: "button", class: "plain", "aria-pressed": "false", title: about || null },
    swatch,
    label ?? cluster_id,
  );
  const id = label && cluster_id !== NOISE_ID ? h("span", { class: "quiet" }, ` ${cluster_id}`) : "";
  return h(
    "tr",
    { "data-cluster": cluster_id, onclick: () => onSelect(cluster_id) },
    h("th", { scope: "row" }, button, id, bar),
    h("td", {}, count(num_members)),
  );
}

/** @param {HTMLElement} body @param {string | null} cluster */
export function markCluster(body, cluster) {
  for (const row of body.children) {
    const chosen = row.dataset.cluster === cluster;
    row.classList.toggle("chosen", chosen);
    row.querySelector("button").setAttribute("aria-pressed", String(chosen));
  }
}
