/** The explorer: who asks, which cluster is shown. The address's fragment names the cluster, so that it can be shared. */
import { byId } from "../shared/dom.js";
import { createApi } from "./api.js";
import { clusterList } from "./cluster-list.js";
import { clusterView } from "./cluster-view.js";
import { showProblem } from "./problem.js";
import { saveCredentials, savedCredentials } from "./session.js";

const form = byId("connect");
const problem = byId("problem");
const list = clusterList({ list: byId("cluster-list"), more: byId("more") }, (clusterId) => {
  location.hash = clusterId;
});
const view = clusterView(list.update);
let api = null;

const named = () => decodeURIComponent(location.hash.slice(1));

function showNamed() {
  const clusterId = named();
  if (!api || clusterId === "") return;
  list.select(clusterId);
  byId("empty").hidden = true;
  view.show(api, clusterId);
}

async function connect(credentials) {
  showProblem(problem, null);
  const client = createApi(credentials);
  try {
    const clusters = await list.show(client, (error) => showProblem(problem, error));
    saveCredentials(credentials);
    api = client;
    byId("empty-text").textContent =
      clusters.length > 0 ? "Choose a cluster on the left." : "This namespace has no cluster definitions yet.";
    if (named() !== "") showNamed();
    else if (clusters.length > 0) location.hash = clusters[0].cluster_id;
  } catch (error) {
    showProblem(problem, error);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  connect({ key: form.elements.key.value.trim(), namespace: form.elements.namespace.value.trim() });
});
addEventListener("hashchange", showNamed);

const saved = savedCredentials();
if (saved) {
  form.elements.key.value = saved.key;
  form.elements.namespace.value = saved.namespace;
  connect(saved);
}
