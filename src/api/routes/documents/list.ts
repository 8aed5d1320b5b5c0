import { z } from "@hono/zod-openapi";
import type { Warning } from "../../../domain/definition/model";
import { ShoalError } from "../../../domain/errors";
import { type AppContext, services } from "../../context";
import { pageRequest, pagination } from "../../listing";
import { operation } from "../../operation";
import { Warning as WarningSchema } from "../../schemas/common";
import { ListBody, ListQuery, MAX_LIMIT, MAX_OFFSET, PAGINATION_EXAMPLE, Pagination } from "../../schemas/list";
import { requireCollection } from "../collections/find";
import { renderDocument, selectFields } from "./render";
import { CollectionParams, DOCUMENT_EXAMPLE, DocumentResponse } from "./schemas";

const ListDocumentsRequest = ListBody.extend({
  limit: z.int().min(1).max(MAX_LIMIT).nullish(),
  offset: z.int().min(0).max(MAX_OFFSET).nullish(),
  cursor: z.string().nullish(),
  return_vectors: z.boolean().nullish(),
  return_url: z.boolean().nullish(),
  return_presigned_urls: z.boolean().nullish(),
  return_vector_names: z.boolean().nullish(),
  group_by: z.string().min(1).max(512).nullish().openapi({ description: "Dot path; pages are then pages of groups." }),
  select: z.array(z.string().min(1)).max(100).nullish().openapi({ description: "Dot paths of the fields to answer." }),
}).openapi("ListDocumentsRequest");
type ListDocumentsRequest = z.infer<typeof ListDocumentsRequest>;

const ListDocumentsResponse = z
  .object({
    results: z.array(DocumentResponse).nullable(),
    groups: z
      .array(z.object({ group_key: z.unknown(), count: z.int(), documents: z.array(DocumentResponse) }))
      .nullable(),
    group_by_field: z.string().nullable(),
    pagination: Pagination,
    total_documents: z.int().nullable(),
    stats: z
      .object({
        total_documents: z.int(),
        avg_blobs_per_document: z.number(),
        total_groups: z.int().nullable(),
        avg_documents_per_group: z.number().nullable(),
      })
      .nullable(),
    warnings: z.array(WarningSchema).optional(),
  })
  .openapi("ListDocumentsResponse");

/** Documents shown of each group. */
const DOCUMENTS_PER_GROUP = 10;

export const listDocumentsOperation = operation(
  {
    id: "list_documents",
    method: "post",
    path: "/v1/collections/{collection_identifier}/documents/list",
    tag: "Documents",
    summary: "List documents",
    description:
      "In the order of insertion unless sorted. A page ends early, with a cursor, at 16 MiB. Totals and stats are there with " +
      "`include_total=true`, and always with `group_by`.",
    access: { scope: "read", namespaced: true },
    params: CollectionParams,
    query: ListQuery,
    body: { schema: ListDocumentsRequest, example: { filters: { label: 7 }, limit: 10 } },
    answer: {
      description: "A page of documents, or of groups.",
      schema: ListDocumentsResponse,
      example: {
        results: [DOCUMENT_EXAMPLE],
        groups: null,
        group_by_field: null,
        pagination: PAGINATION_EXAMPLE,
        total_documents: null,
        stats: null,
      },
    },
  },
  async (c, { params, query, body }) => {
    const { id } = await requireCollection(c, params.collection_identifier);
    const merged = {
      ...query,
      limit: query.limit ?? body.limit ?? undefined,
      offset: query.offset ?? body.offset ?? undefined,
      cursor: query.cursor ?? body.cursor ?? undefined,
    };
    const warnings = noBlobs(body);
    const answer = body.group_by ? await listGroups(c, id, merged, body) : await listPlain(c, id, merged, body);
    return warnings.length > 0 ? { ...answer, warnings } : answer;
  },
);

async function listPlain(c: AppContext, collectionId: string, query: ListQuery, body: ListDocumentsRequest) {
  const request = pageRequest(query, body);
  const page = await services(c)
    .collectionStore(collectionId)
    .list({ ...request, includeTotal: query.include_total, returnVectors: body.return_vectors ?? false });
  return {
    results: page.documents.map((document) => render(c, collectionId, body)(document)),
    groups: null,
    group_by_field: null,
    pagination: pagination(c, request, { nextCursor: page.nextCursor, total: page.total }),
    total_documents: page.total,
    stats:
      page.total === null
        ? null
        : {
            total_documents: page.total,
            avg_blobs_per_document: 0,
            total_groups: null,
            avg_documents_per_group: null,
          },
  };
}

async function listGroups(c: AppContext, collectionId: string, query: ListQuery, body: ListDocumentsRequest) {
  const groupBy = body.group_by ?? "";
  const { filters, search, limit, ...request } = pageRequest(query, body);
  const offset = request.cursor === null ? request.offset : groupOffset(request.cursor);
  const page = await services(c)
    .collectionStore(collectionId)
    .groups({ filters, search, groupBy, limit, offset, documentsPerGroup: DOCUMENTS_PER_GROUP });
  const { totalGroups, totalDocuments } = page;
  const nextCursor = offset + page.groups.length < totalGroups ? groupCursor(offset + limit) : null;
  const total = query.include_total ? totalGroups : null;
  return {
    results: null,
    groups: page.groups.map(({ key, count, documents }) => ({
      group_key: key,
      count,
      documents: documents.map(render(c, collectionId, body)),
    })),
    group_by_field: groupBy,
    pagination: pagination(c, { ...request, limit }, { nextCursor, total }),
    total_documents: totalDocuments,
    stats: {
      total_documents: totalDocuments,
      avg_blobs_per_document: 0,
      total_groups: totalGroups,
      avg_documents_per_group: totalGroups === 0 ? 0 : totalDocuments / totalGroups,
    },
  };
}

const render =
  (c: AppContext, collectionId: string, body: ListDocumentsRequest) =>
  (document: Parameters<typeof renderDocument>[0]) =>
    selectFields(
      renderDocument(document, c.var.namespace.id, collectionId, body.return_vector_names ?? true),
      body.select ?? null,
    );

const GROUP_CURSOR = "groups:";
const groupCursor = (offset: number): string => btoa(`${GROUP_CURSOR}${offset}`);

function groupOffset(cursor: string): number {
  const text = /^[A-Za-z0-9+/]+=*$/.test(cursor) && cursor.length % 4 === 0 ? atob(cursor) : "";
  const offset = Number(text.slice(GROUP_CURSOR.length));
  if (text.startsWith(GROUP_CURSOR) && Number.isSafeInteger(offset) && offset >= 0) return offset;
  throw new ShoalError(
    "invalid_cursor",
    "The cursor is not one of a grouped list; take it as it stands in `pagination.next_cursor`.",
  );
}

const noBlobs = (body: ListDocumentsRequest): Warning[] =>
  (["return_url", "return_presigned_urls"] as const)
    .filter((field) => body[field])
    .map((field) => ({ loc: ["body", field], msg: "documents of this deployment have no blobs" }));
