import { requireTaxonomy } from "../../../db/taxonomies";
import { parseFilter } from "../../../domain/filters/parse";
import { validationError } from "../../../domain/issues";
import { applicationOf } from "../../../taxonomies/applications";
import { submitApply } from "../../../taxonomies/request";
import { services } from "../../context";
import { operation } from "../../operation";
import { ApplyTaxonomyRequest, ApplyTaxonomyResponse, batchWarnings } from "../taxonomies/schemas";
import { requireCollection } from "./find";
import { CollectionParams } from "./schemas";

export const applyTaxonomyOperation = operation(
  {
    id: "apply_taxonomy_to_collection",
    method: "post",
    path: "/v1/collections/{collection_identifier}/apply-taxonomy",
    tag: "Collections",
    summary: "Classify a collection's documents",
    description:
      "Starts a task that writes into each document the leaf of the taxonomy whose centroid is nearest. The taxonomy has to be in the " +
      "collection's `taxonomy_applications`, whose `target_collection_id` and `scroll_filters` count.",
    access: { scope: "write", namespaced: true },
    params: CollectionParams,
    body: { schema: ApplyTaxonomyRequest, required: true, example: { taxonomy_id: "tax_mi8l2k4q0d7v1c9x5z3b" } },
    answer: {
      description: "The task.",
      schema: ApplyTaxonomyResponse,
      example: {
        task_id: "task_mi8l2k4q0d7v1c9x5z3b",
        status: "PENDING",
        collection_id: "col_mi8l2k4q0d7v1c9x5z3b",
        taxonomy_id: "tax_mi8l2k4q0d7v1c9x5z3b",
        estimated_documents: 1797,
      },
    },
  },
  async (c, { params, body, warnings }) => {
    const { db } = services(c);
    const namespaceId = c.var.namespace.id;
    const collection = await requireCollection(c, params.collection_identifier);
    const taxonomy = await requireTaxonomy(db, namespaceId, body.taxonomy_id);
    const application = applicationOf(collection, taxonomy);
    if (!application) {
      const msg = `"${body.taxonomy_id}" is not in the collection's taxonomy_applications; PATCH the collection first`;
      throw validationError([{ loc: ["body", "taxonomy_id"], msg, type: "value_error" }]);
    }
    const { filters: own, targetCollection } = application;
    const given = parseFilter(body.scroll_filters, ["body", "scroll_filters"]);
    const filters = own && given ? { kind: "and" as const, of: [own, given] } : (own ?? given);
    const submitted = await submitApply({ env: c.env, db }, namespaceId, {
      ...{ taxonomy, collection, filters, targetCollection, batchSize: body.batch_size },
    });
    warnings.push(...batchWarnings(body), ...submitted.warnings);
    return {
      task_id: submitted.task.task_id,
      status: submitted.task.status,
      collection_id: collection.id,
      taxonomy_id: taxonomy.taxonomy_id,
      estimated_documents: submitted.estimated,
    };
  },
);
