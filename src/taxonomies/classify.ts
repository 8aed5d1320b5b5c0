/** What a taxonomy says of a document: the leaf that it is nearest to, and the payload keys that tell of it. */
import type { EnrichmentField, TaxonomyIndex, TaxonomyNode } from "./contract";
import { leavesOf } from "./contract";
import { valueAt } from "./from-documents";
import { type Match, nearestOf, placed } from "./space";

const FACTS = ["node_id", "label", "path", "similarity"] as const;
/** Written where no enrichment fields are given. */
export const DEFAULT_FIELDS: EnrichmentField[] = FACTS.map((field_path) => ({ field_path }));

export const targetOf = ({ field_path, target_field }: EnrichmentField): string =>
  target_field ?? `taxonomy_${field_path.slice(field_path.lastIndexOf(".") + 1)}`;

type Payload = Record<string, unknown>;

export class Classifier {
  readonly #index: TaxonomyIndex;
  readonly #centroids: Float32Array;
  readonly #leaves: number[];
  readonly #byId: Map<string, TaxonomyNode>;
  readonly #fields: EnrichmentField[] | null;

  /** @param fields those of the taxonomy; a leaf's own go before them, the default ones come after */
  constructor(index: TaxonomyIndex, centroids: Float32Array, fields: EnrichmentField[] | null) {
    this.#index = index;
    this.#centroids = centroids;
    this.#leaves = leavesOf(index.nodes);
    this.#byId = new Map(index.nodes.map((node) => [node.node_id, node]));
    this.#fields = fields;
  }

  /** The nearest leaf, or null for a document without a vector in the taxonomy's space. */
  match(vectors: Payload, payload: Payload = {}): Match | null {
    const { space } = this.#index;
    const point = space && placed(space, vectors, payload);
    return point && nearestOf(this.#centroids, this.#leaves, point);
  }

  /** The keys to merge into the document's payload; without a match they are null, so that nothing older stays. */
  patch(match: Match | null, payload: Payload): Payload {
    const node = match && this.#index.nodes[match.node]!;
    const own = node?.enrichment_fields;
    const fields = (own?.length ? own : this.#fields) ?? DEFAULT_FIELDS;
    const patch: Payload = {};
    for (const field of fields) {
      const target = targetOf(field);
      const value = node && match ? this.#valueOf(field.field_path, node, match) : null;
      patch[target] = field.merge_mode === "append" ? appended(payload[target], value) : value;
    }
    return patch;
  }

  #valueOf(field: string, node: TaxonomyNode, { similarity, distance }: Match): unknown {
    if (node.fields && field in node.fields) return node.fields[field];
    const line = this.#lineOf(node);
    const facts: Payload = {
      ...node,
      path: line.map(({ label, node_id }) => label ?? node_id),
      path_ids: line.map(({ node_id }) => node_id),
      level: line.length - 1,
      similarity,
      distance,
    };
    return valueAt(facts, field);
  }

  /** From the root to the node. */
  #lineOf(node: TaxonomyNode): TaxonomyNode[] {
    const line = [node];
    for (let at = node.parent_node_id; at !== null; ) {
      const parent = this.#byId.get(at);
      if (!parent) break;
      line.unshift(parent);
      at = parent.parent_node_id;
    }
    return line;
  }
}

/** The list with the value at its end, once. */
function appended(before: unknown, value: unknown): unknown[] {
  const list = Array.isArray(before) ? before : before === undefined || before === null ? [] : [before];
  if (value === null) return list;
  const text = JSON.stringify(value);
  return list.some((one) => JSON.stringify(one) === text) ? list : [...list, value];
}
