/** Numbers and times as the page words them. */

export const count = (n) => n.toLocaleString("en");

/** Four significant digits, thousands separated. @param {number | null} value */
export function figure(value) {
  if (value === null || value === undefined) return "–";
  return Math.abs(value) >= 10_000 ? count(Math.round(value)) : String(Number(value.toPrecision(4)));
}

/** @param {number | null} ms */
export function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** @param {string | null} iso */
export const moment = (iso) =>
  iso ? new Date(iso).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" }) : "–";

const METRICS = {
  silhouette_score: "Silhouette",
  davies_bouldin_index: "Davies–Bouldin",
  calinski_harabasz_score: "Calinski–Harabasz",
};

/** The metric's name in print; one that the page does not know is spelled out: `log_likelihood` → `Log likelihood`. */
export function metricName(field) {
  const words = field.replaceAll("_", " ");
  return METRICS[field] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
