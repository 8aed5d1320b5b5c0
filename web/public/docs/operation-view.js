/** One operation: what it takes and answers on the left, how to call it on the right. */
import { h } from "../shared/dom.js";
import { curlLine } from "./curl.js";
import { exampleOf } from "./example.js";
import { parameterRows, schemaView } from "./schema-view.js";
import { inline, prose, sample } from "./text-view.js";
import { jsonTokens, shellTokens } from "./tokens.js";

const PLACES = { path: "Path", query: "Query", header: "Headers", cookie: "Cookies" };

/** @param {object} document @param {import("./operations.js").ApiOperation} operation @param {string} origin */
export function operationView(document, operation, origin) {
  const { id, summary, description, parameters, body, answers } = operation;
  const heading = `${id}-heading`;
  const reference = h(
    "div",
    { class: "reference" },
    h("h3", { id: heading }, h("a", { href: `#${id}`, class: "anchor" }, summary)),
    endpoint(operation),
    chips(operation),
    description ? prose(description) : null,
    Object.entries(PLACES).map(([place, title]) => {
      const here = parameters.filter((parameter) => parameter.in === place);
      return here.length > 0 ? section(title, parameterRows(document, here)) : null;
    }),
    body ? bodyView(document, body) : null,
    section(
      "Answers",
      h(
        "div",
        { class: "answers" },
        answers.map((answer) => answerView(document, answer)),
      ),
    ),
  );
  const samples = h(
    "div",
    { class: "samples" },
    sample("Request", curlLine(document, operation, origin), shellTokens),
    answerSample(document, answers),
  );
  // The operationId is the address of the section; focus moves there with it, so that reading goes on from there.
  return h("article", { id, class: "operation", tabindex: "-1", "aria-labelledby": heading }, reference, samples);
}

const section = (title, ...content) => h("section", {}, h("h4", {}, title), content);

const endpoint = ({ method, path }) =>
  h(
    "p",
    { class: "endpoint" },
    h("span", { class: `method ${method.toLowerCase()}` }, method),
    " ",
    // A line may break after a slash, and only there.
    h(
      "code",
      {},
      path.split(/(?<=\/)/).map((part) => [part, h("wbr")]),
    ),
  );

const chips = ({ id, scope, parameters, deprecated }) =>
  h(
    "p",
    { class: "chips" },
    h("span", { class: "chip" }, scope === null ? "no key needed" : ["scope ", h("b", {}, scope)]),
    parameters.some(({ name }) => name === "X-Namespace") ? h("span", { class: "chip" }, "in a namespace") : null,
    deprecated ? h("span", { class: "chip warn" }, "deprecated") : null,
    h("span", { class: "chip quiet" }, id),
  );

function bodyView(document, { required, description, media }) {
  const title = [
    "Body ",
    h("span", { class: required ? "flag required" : "flag" }, required ? "required" : "optional"),
  ];
  return section(title, description ? prose(description) : null, mediaView(document, media));
}

/** Media types of one schema share its tree. */
function mediaView(document, media) {
  const bySchema = new Map();
  for (const { type, schema } of media) {
    const key = JSON.stringify(schema);
    if (!bySchema.has(key)) bySchema.set(key, { schema, types: [] });
    bySchema.get(key).types.push(type);
  }
  return [...bySchema.values()].map(({ schema, types }) =>
    h(
      "div",
      { class: "media" },
      h(
        "p",
        { class: "chips" },
        types.map((type) => h("span", { class: "chip quiet" }, type)),
      ),
      schema.format === "binary" ? null : schemaView(document, schema),
    ),
  );
}

/** Trees of answers are built when they are opened: most readers open few of the hundreds. */
function answerView(document, { status, description, media, failed }) {
  const line = [
    h("span", { class: failed ? "status failed" : "status" }, status),
    " ",
    h("span", {}, inline(description)),
  ];
  if (media.length === 0) return h("div", { class: "answer" }, line);
  const details = h("details", { class: "answer" }, h("summary", {}, line));
  details.addEventListener("toggle", () => details.append(...mediaView(document, media)), { once: true });
  return details;
}

function answerSample(document, answers) {
  const answer = answers.find(({ failed }) => !failed);
  const json = answer?.media.find(({ type }) => type === "application/json");
  if (!json) return null;
  const value = json.example ?? exampleOf(document, json.schema, { optional: true });
  const isBody = value !== undefined && value !== "string";
  return isBody ? sample(`Answer ${answer.status}`, JSON.stringify(value, null, 2), jsonTokens) : null;
}
