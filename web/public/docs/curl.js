/** The line that makes a request of an operation in a shell. */
import { exampleOf } from "./example.js";
import { flatten } from "./schema-flat.js";

/**
 * Path parameters without an example are written as they are named, in capitals, for the reader to replace.
 *
 * @param {object} document @param {import("./operations.js").ApiOperation} operation
 * @param {string} origin `https://api.example.com`
 */
export function curlLine(document, operation, origin) {
  const { method, path, parameters, scope, body, answers } = operation;
  const [sent] = body?.media ?? [];
  const headers = parameters.filter((parameter) => parameter.in === "header" && isSaid(parameter));
  const lines = [
    `curl ${method === "GET" ? "" : `-X ${method} `}${quote(origin + fillPath(path) + queryOf())}`,
    scope !== null && '-H "Authorization: Bearer $SHOAL_KEY"',
    ...headers.map((parameter) => `-H ${quote(`${parameter.name}: ${textOf(parameter)}`)}`),
    streams(answers) && "--no-buffer",
    sent && `-H ${quote(`Content-Type: ${sent.type}`)}`,
    sent && dataOf(sent),
  ];
  return lines.filter(Boolean).join(" \\\n  ");

  function fillPath(template) {
    return template.replaceAll(/\{(\w+)\}/g, (_, name) => {
      const parameter = parameters.find((candidate) => candidate.in === "path" && candidate.name === name);
      return parameter ? encodeURIComponent(textOf(parameter)) : name.toUpperCase();
    });
  }

  function queryOf() {
    const given = parameters.filter((parameter) => parameter.in === "query" && parameter.required);
    const pairs = given.map((parameter) => `${parameter.name}=${encodeURIComponent(textOf(parameter))}`);
    return pairs.length > 0 ? `?${pairs.join("&")}` : "";
  }

  function isSaid(parameter) {
    return parameter.required || exampleGiven(parameter) !== undefined;
  }

  function textOf(parameter) {
    return String(exampleGiven(parameter) ?? parameter.name.toUpperCase());
  }

  function exampleGiven(parameter) {
    const { schema } = flatten(document, parameter.schema);
    return parameter.example ?? schema.example ?? schema.examples?.[0];
  }

  function dataOf({ type, schema, example }) {
    if (!type.includes("json") || type.includes("ndjson")) {
      return typeof example === "string" ? `--data-binary ${quote(example)}` : "--data-binary @FILE";
    }
    const value = example ?? exampleOf(document, schema) ?? {};
    return `-d ${quote(JSON.stringify(value, null, 2))}`;
  }
}

const streams = (answers) => answers.some(({ media }) => media.some(({ type }) => type === "text/event-stream"));

/** Single quotes, which a shell reads literally; a single quote inside closes, escapes and opens them. */
const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
