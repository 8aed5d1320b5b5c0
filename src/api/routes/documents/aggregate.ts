import { z } from "@hono/zod-openapi";
import { AGGREGATE_FUNCTIONS, type AggregateQuery, DATE_PARTS, DATE_TRUNCS } from "../../../documents/contract";
import { parseFilter } from "../../../domain/filters/parse";
import { validationError } from "../../../domain/issues";
import { services } from "../../context";
import { operation } from "../../operation";
import { JsonObject } from "../../schemas/common";
import { Filters } from "../../schemas/list";
import { requireCollection } from "../collections/find";
import { CollectionParams } from "./schemas";

const Path = z.string().min(1).max(512).openapi({ description: "Dot path into the document." });

const AggregationRequest = z
  .object({
    group_by: z
      .array(
        z.object({
          field: Path,
          alias: z.string().min(1).max(100).nullish(),
          date_trunc: z.enum(DATE_TRUNCS).nullish(),
          date_part: z.enum(DATE_PARTS).nullish(),
        }),
      )
      .min(1)
      .max(10),
    aggregations: z
      .array(
        z.object({
          function: z.enum(AGGREGATE_FUNCTIONS),
          field: Path.nullish(),
          distinct_field: Path.nullish(),
          alias: z.string().min(1).max(100).nullish(),
        }),
      )
      .min(1)
      .max(50),
    filters: Filters,
    having: JsonObject.nullish().openapi({ description: "A filter over the groups' own and their metrics' names." }),
    unwind: Path.nullish().openapi({ description: "An array: a document counts once for each element." }),
    range_buckets: z
      .object({
        field: Path,
        boundaries: z.array(z.number()).min(2).max(1000),
        alias: z.string().min(1).max(100).nullish(),
      })
      .nullish(),
    sort_by: z.string().max(100).nullish().openapi({ description: "Name of a group key or of a metric." }),
    sort_direction: z.enum(["asc", "desc"]).default("desc"),
    limit: z.int().min(1).max(100_000).nullish(),
  })
  .openapi("DocumentAggregationRequest");

const AggregationResponse = z
  .object({
    results: z.array(z.object({ group: JsonObject, metrics: JsonObject })),
    total_groups: z.int(),
    query_info: JsonObject,
  })
  .openapi("DocumentAggregationResponse");

export const aggregateDocumentsOperation = operation(
  {
    id: "aggregate_documents",
    method: "post",
    path: "/v1/collections/{collection_identifier}/documents/aggregate",
    tag: "Documents",
    summary: "Group and aggregate documents",
    access: { scope: "read", namespaced: true },
    params: CollectionParams,
    body: {
      schema: AggregationRequest,
      required: true,
      example: {
        group_by: [{ field: "label" }],
        aggregations: [{ function: "count", alias: "documents" }],
        sort_by: "documents",
      },
    },
    answer: {
      description: "One result a group.",
      schema: AggregationResponse,
      example: {
        results: [{ group: { label: 7 }, metrics: { documents: 179 } }],
        total_groups: 10,
        query_info: { documents_scanned: 1797 },
      },
    },
  },
  async (c, { params, body }) => {
    const { id } = await requireCollection(c, params.collection_identifier);
    const query = aggregateQuery(body);
    const page = await services(c).collectionStore(id).aggregate(query);
    return {
      results: page.results,
      total_groups: page.totalGroups,
      query_info: {
        collection_id: id,
        documents_scanned: page.documentsScanned,
        group_by: query.groupBy.map(({ alias }) => alias),
        aggregations: query.aggregations.map(({ alias }) => alias),
      },
    };
  },
);

function aggregateQuery(body: z.infer<typeof AggregationRequest>): AggregateQuery {
  const groupBy = body.group_by.map(({ field, alias, date_trunc, date_part }) => ({
    field,
    alias: alias ?? field,
    dateTrunc: date_trunc ?? null,
    datePart: date_part ?? null,
  }));
  const aggregations = body.aggregations.map(({ function: name, field, distinct_field, alias }, i) => {
    const path = (name === "count_distinct" ? distinct_field : null) ?? field ?? distinct_field ?? null;
    if (path === null && name !== "count") {
      const loc = ["body", "aggregations", i, "field"];
      throw validationError([{ loc, msg: `is required for ${name}`, type: "missing" }]);
    }
    return { function: name, field: path, alias: alias ?? (path === null ? name : `${name}_${path}`) };
  });
  const buckets = body.range_buckets;
  const names = [
    ...groupBy.map(({ alias }) => alias),
    ...(buckets ? [buckets.alias ?? buckets.field] : []),
    ...aggregations.map(({ alias }) => alias),
  ];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw validationError([
      { loc: ["body"], msg: `two columns are named "${twice}"; set an alias`, type: "value_error" },
    ]);
  }
  return {
    filters: parseFilter(body.filters ?? null),
    groupBy,
    aggregations,
    having: parseFilter(body.having ?? null, ["body", "having"]),
    unwind: body.unwind ?? null,
    rangeBuckets: buckets ? { ...buckets, alias: buckets.alias ?? buckets.field } : null,
    sortBy: body.sort_by ?? null,
    sortDirection: body.sort_direction,
    limit: body.limit ?? null,
  };
}
