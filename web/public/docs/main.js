/** The API reference: reads /openapi.json of this deployment and lays it out. */
import { byId, h } from "../shared/dom.js";
import { operationView } from "./operation-view.js";
import { groupOperations } from "./operations.js";
import { sidebar } from "./sidebar.js";
import { prose } from "./text-view.js";

const DOCUMENT = "/openapi.json";

async function load() {
  const response = await fetch(DOCUMENT, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${DOCUMENT} answered ${response.status}`);
  return response.json();
}

function render(api) {
  const groups = groupOperations(api);
  document.title = `${api.info.title} API`;
  byId("page-version").textContent = api.info.version;
  byId("page-about").replaceChildren(
    h("h1", {}, `${api.info.title} API`),
    prose(api.info.description ?? ""),
    h(
      "p",
      { class: "chips" },
      h("span", { class: "chip" }, location.origin),
      h("a", { class: "chip", href: DOCUMENT }, "openapi.json"),
    ),
  );
  byId("page-operations").replaceChildren(
    ...groups.map(({ tag, description, operations }) =>
      h(
        "section",
        { class: "group", "aria-label": tag },
        h("header", {}, h("h2", {}, tag), description ? prose(description) : null),
        operations.map((operation) => operationView(api, operation, location.origin)),
      ),
    ),
  );
  sidebar({ nav: byId("page-nav"), filter: byId("page-filter"), count: byId("page-count") }, groups);
}

/** The browser looked for the fragment before there was anything to find. */
function goToFragment() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  target?.scrollIntoView();
  target?.focus({ preventScroll: true });
}

try {
  render(await load());
  goToFragment();
  addEventListener("hashchange", goToFragment);
} catch (error) {
  byId("page-about").replaceChildren(
    h("h1", {}, "API reference"),
    h("p", { class: "problem", role: "alert" }, `The API's description could not be loaded: ${error.message}.`),
  );
}
