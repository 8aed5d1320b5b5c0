import { requireTaxonomy } from "../../../db/taxonomies";
import type { CollectionStoreApi } from "../../../documents/contract";
import { parseFilter } from "../../../domain/filters/parse";
import { validationError } from "../../../domain/issues";
import { classifierOf } from "../../../taxonomies/apply";
import { requireNamed } from "../../../taxonomies/from-documents";
import { submitApply } from "../../../taxonomies/request";
import { mapLimited } from "../../concurrency";
import { services } from "../../context";
import { operation } from "../../operation";
import { batchWarnings, ExecuteTaxonomyRequest, JoinResponse, TaxonomyPath, VersionQuery } from "./schemas";

export const executeTaxonomyOperation = operation(
  {
    id: "execute_taxonomy",
    method: "post",
    path: "/v1/taxonomies/execute/{taxonomy_identifier}",
    tag: "Taxonomies",
    summary: "Classify documents",
    description:
      "`source_documents` are classified at once and answered, and nothing is stored. With `source_collection_id` alone the collection's " +
      "documents are classified by a task, in place or into `target_collection_id`. A document gets the leaf whose centroid is nearest.",
    access: { scope: "write", namespaced: true },
    params: TaxonomyPath,
    query: VersionQuery,
    body: {
      schema: ExecuteTaxonomyRequest,
      required: true,
      example: { source_documents: [{ title: "A shoal", vectors: { position: [0.1, 0.7] } }] },
    },
    answer: {
      description: "The classified documents, or the task.",
      schema: JoinResponse,
      example: {
        taxonomy_id: "tax_mi8l2k4q0d7v1c9x5z3b",
        version: 1,
        join_mode: "on_demand",
        results: [{ title: "A shoal", taxonomy_label: "Fish", taxonomy_path: ["Animals", "Fish"] }],
        unclassified: 0,
        task_id: null,
        status: "COMPLETED",
        collection_id: null,
        estimated_documents: null,
      },
    },
  },
  async (c, { params, query, body, warnings }) => {
    const { db, objects, collectionStore } = services(c);
    const namespaceId = c.var.namespace.id;
    const taxonomy = await requireTaxonomy(db, namespaceId, params.taxonomy_identifier, query.version ?? null);
    const { taxonomy_id, version } = taxonomy;
    for (const field of ["taxonomy", "retriever"] as const) {
      if (body[field]) warnings.push({ loc: ["body", field], msg: "has no effect" });
    }
    const named = body.source_collection_id;
    const collection = named ? await requireNamed({ db }, namespaceId, named) : null;
    if (body.source_documents && body.join_mode !== "batch") {
      if (body.target_collection_id) {
        warnings.push({ loc: ["body", "target_collection_id"], msg: "on demand nothing is stored; it has no effect" });
      }
      const classifier = await classifierOf({ db, objects }, namespaceId, taxonomy_id, version);
      let unclassified = 0;
      const store = collection && collectionStore(collection.id);
      const results = await mapLimited(body.source_documents, 6, async (given) => {
        const { vectors, ...payload } = await completed(given, store);
        const match = classifier.match((vectors ?? {}) as Record<string, unknown>, payload);
        if (!match) unclassified += 1;
        return { ...payload, ...classifier.patch(match, payload) };
      });
      const rest = { task_id: null, collection_id: collection?.id ?? null, estimated_documents: null };
      return {
        taxonomy_id,
        version,
        join_mode: "on_demand" as const,
        results,
        unclassified,
        status: "COMPLETED",
        ...rest,
      };
    }
    if (!collection) {
      const loc = ["body", body.join_mode === "batch" ? "source_collection_id" : "source_documents"];
      throw validationError([{ loc, msg: "name a collection or give documents", type: "missing" }]);
    }
    warnings.push(...batchWarnings(body));
    const submitted = await submitApply({ env: c.env, db }, namespaceId, {
      ...{ taxonomy, collection, targetCollection: body.target_collection_id ?? null },
      ...{ filters: parseFilter(body.scroll_filters, ["body", "scroll_filters"]), batchSize: body.batch_size },
    });
    warnings.push(...submitted.warnings);
    const { task_id, status } = submitted.task;
    const task = { task_id, status, collection_id: collection.id, estimated_documents: submitted.estimated };
    return { taxonomy_id, version, join_mode: "batch" as const, results: [], unclassified: 0, ...task };
  },
);

/** The document as it was given, with the stored payload and vectors where it only names one. */
async function completed(
  given: Record<string, unknown>,
  store: CollectionStoreApi | null,
): Promise<Record<string, unknown>> {
  if (given.vectors || !store || typeof given.document_id !== "string") return given;
  const stored = await store.get(given.document_id, true);
  return stored ? { ...stored.payload, ...given, vectors: stored.vectors } : given;
}
