/** An OpenAPI document as the groups of operations that the page shows. */
import { followRef } from "./refs.js";

const METHODS = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];
const PLACES = ["path", "query", "header", "cookie"];

/**
 * @typedef {{ type: string, schema: any, example: unknown }} Media
 * @typedef {{ status: string, description: string, media: Media[], failed: boolean }} Answer
 * @typedef {object} ApiOperation
 * @property {string} id operationId, or method and path where there is none
 * @property {string} method upper case
 * @property {string} path
 * @property {string} tag
 * @property {string} summary
 * @property {string} description
 * @property {boolean} deprecated
 * @property {string | null} scope that the key must carry; null where no key is needed
 * @property {any[]} parameters resolved, those of the path item included, by place
 * @property {{ required: boolean, description: string, media: Media[] } | null} body
 * @property {Answer[]} answers by status
 */

/** @param {any} document @returns {{ tag: string, description: string, operations: ApiOperation[] }[]} in the order of `tags` */
export function groupOperations(document) {
  const groups = new Map(
    (document.tags ?? []).map(({ name, description = "" }) => [name, { description, operations: [] }]),
  );
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS.filter((name) => item[name])) {
      const operation = readOperation(document, path, method, item);
      if (!groups.has(operation.tag)) groups.set(operation.tag, { description: "", operations: [] });
      groups.get(operation.tag).operations.push(operation);
    }
  }
  return [...groups].map(([tag, group]) => ({ tag, ...group })).filter(({ operations }) => operations.length > 0);
}

function readOperation(document, path, method, item) {
  const raw = item[method];
  return {
    id: raw.operationId ?? `${method}-${path.replaceAll(/\W+/g, "-")}`,
    method: method.toUpperCase(),
    path,
    tag: raw.tags?.[0] ?? "Other",
    summary: raw.summary ?? `${method.toUpperCase()} ${path}`,
    description: raw.description ?? "",
    deprecated: raw.deprecated === true,
    scope: scopeOf(document, raw),
    parameters: readParameters(document, item.parameters ?? [], raw.parameters ?? []),
    body: raw.requestBody ? readBody(document, raw.requestBody) : null,
    answers: Object.entries(raw.responses ?? {}).map(([status, answer]) => readAnswer(document, status, answer)),
  };
}

/** `x-scope` names it; a document without that extension says at least whether a key is needed. */
function scopeOf(document, raw) {
  const security = raw.security ?? document.security ?? [];
  const needsKey = security.length > 0 && !security.some((choice) => Object.keys(choice).length === 0);
  if (!needsKey) return null;
  const scopes = security.flatMap((choice) => Object.values(choice).flat());
  return raw["x-scope"] ?? (scopes.length > 0 ? scopes.join(", ") : "any key");
}

/** A parameter of the operation replaces the path item's of the same name and place. */
function readParameters(document, shared, own) {
  const byKey = new Map();
  for (const raw of [...shared, ...own]) {
    const parameter = followRef(document, raw).value;
    byKey.set(`${parameter.in} ${parameter.name}`, parameter);
  }
  return [...byKey.values()].sort((a, b) => PLACES.indexOf(a.in) - PLACES.indexOf(b.in));
}

function readBody(document, raw) {
  const { required = false, description = "", content = {} } = followRef(document, raw).value;
  return { required, description, media: readMedia(document, content) };
}

function readAnswer(document, status, raw) {
  const { description = "", content = {} } = followRef(document, raw).value;
  return { status, description, media: readMedia(document, content), failed: !/^[123]/.test(status) };
}

const readMedia = (document, content) =>
  Object.entries(content).map(([type, { schema = {}, example, examples }]) => ({
    type,
    schema,
    example: example ?? followRef(document, Object.values(examples ?? {})[0])?.value?.value,
  }));

/** Whether every word of `text` occurs in the operation. @param {ApiOperation} operation @param {string} text */
export function matchesText(operation, text) {
  const { id, method, path, tag, summary, description } = operation;
  const haystack = [id, method, path, tag, summary, description].join("\n").toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}
