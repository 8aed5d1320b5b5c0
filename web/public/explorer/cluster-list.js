/** The definitions of a namespace, newest page first. */
import { h } from "../shared/dom.js";
import { count } from "./format.js";

const PAGE = 50;

/**
 * @param {{ list: HTMLElement, more: HTMLButtonElement }} elements
 * @param {(clusterId: string) => void} onSelect
 */
export function clusterList({ list, more }, onSelect) {
  let load = async () => {};
  let cursor = null;
  let selected = null;
  more.addEventListener("click", () => load());

  const mark = () => {
    for (const button of list.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.cluster === selected));
    }
  };

  return {
    /** Shows the first page. @returns the clusters on it */
    async show(api, onProblem) {
      list.replaceChildren();
      cursor = null;
      const page = async () => {
        const query = new URLSearchParams({ limit: String(PAGE), ...(cursor && { cursor }) });
        const sort = { field: "created_at", direction: "desc" };
        const { results, pagination } = await api.post(`/v1/clusters/list?${query}`, { sort });
        cursor = pagination?.next_cursor ?? null;
        more.hidden = cursor === null;
        list.append(...results.map((cluster) => row(cluster, onSelect)));
        mark();
        return results;
      };
      load = () => page().catch(onProblem);
      return page();
    },
    /** Replaces the row of a cluster that has changed. */
    update(cluster) {
      const button = [...list.querySelectorAll("button")].find(({ dataset }) => dataset.cluster === cluster.cluster_id);
      button?.parentElement.replaceWith(row(cluster, onSelect));
      mark();
    },
    select(clusterId) {
      selected = clusterId;
      mark();
    },
  };
}

function row({ cluster_id, cluster_name, algorithm, status, num_clusters, num_documents_clustered }, onSelect) {
  const facts =
    num_clusters === null
      ? "not run yet"
      : `${count(num_clusters)} clusters · ${count(num_documents_clustered)} documents`;
  const button = h(
    "button",
    { type: "button", "data-cluster": cluster_id, onclick: () => onSelect(cluster_id) },
    h("span", { class: "row-title" }, cluster_name, h("span", { class: `dot ${status.toLowerCase()}`, title: status })),
    h("span", { class: "row-facts" }, `${algorithm ?? ""} · ${facts}`),
  );
  return h("li", {}, button);
}
