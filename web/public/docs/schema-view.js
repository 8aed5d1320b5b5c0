/** The tree of a schema as nested `details`: keyboard and screen reader work as the browser has them. */
import { h } from "../shared/dom.js";
import { schemaChildren, schemaNode } from "./schema-tree.js";
import { inline } from "./text-view.js";

/** The fields of a body or an answer; what is not an object is shown as one row. */
export function schemaView(document, schema) {
  const root = schemaNode(document, schema);
  const children = schemaChildren(document, root);
  const isList = root.type.startsWith("array");
  if (children.length === 0) return list([nodeRow(document, { ...root, name: "body" })]);
  const form = isList || root.flat.variants ? h("p", { class: "form" }, h("span", { class: "type" }, root.type)) : null;
  const about = root.description ? h("p", { class: "about" }, inline(root.description)) : null;
  return h("div", {}, form, about, list(children.map((node) => nodeRow(document, node))));
}

/** Rows of parameters, each `{name, required, schema, description}`. */
export const parameterRows = (document, parameters) =>
  list(
    parameters.map(({ name, required, schema, description, example }) => {
      const node = schemaNode(document, schema ?? {}, { name, role: "property", required: required === true });
      return nodeRow(document, {
        ...node,
        description: description ?? node.description,
        example: example ?? node.example,
      });
    }),
  );

const list = (rows) => h("ul", { class: "fields" }, rows);

function nodeRow(document, node) {
  if (!node.expandable) return h("li", { class: "field" }, head(node), facts(node));
  const details = h("details", { class: "tree" }, h("summary", {}, head(node)));
  details.addEventListener(
    "toggle",
    () => details.append(list(schemaChildren(document, node).map((child) => nodeRow(document, child)))),
    { once: true },
  );
  return h("li", { class: "field" }, details, facts(node));
}

const head = ({ name, role, type, required, deprecated, recursive }) =>
  h(
    "span",
    { class: "head" },
    h("span", { class: role === "property" ? "name" : "name role" }, name),
    " ",
    name === type ? null : h("span", { class: "type" }, type),
    required ? [" ", h("span", { class: "flag required" }, "required")] : null,
    deprecated ? [" ", h("span", { class: "flag" }, "deprecated")] : null,
    recursive ? [" ", h("span", { class: "flag" }, "recursive")] : null,
  );

function facts({ bounds, values, description, fallback, example }) {
  const lines = [
    description ? h("p", { class: "about" }, inline(description)) : null,
    bounds.length > 0
      ? fact(
          "Bounds",
          bounds.map((bound) => h("code", {}, bound)),
        )
      : null,
    values.length > 0 ? fact("Values", values.map(value)) : null,
    fallback === undefined ? null : fact("Default", [value(fallback)]),
    example === undefined ? null : fact("Example", [value(example)]),
  ];
  return lines.some(Boolean) ? h("div", { class: "facts" }, lines) : null;
}

const fact = (label, codes) =>
  h(
    "p",
    { class: "fact" },
    h("span", { class: "label" }, label),
    codes.map((code) => [" ", code]),
  );

const value = (any) => h("code", {}, JSON.stringify(any));
