/** Lists of resources as the API speaks them: from query and body to a page of a table, and back to `pagination`. */
import type { Page, PageRequest, ResourceTable, RowScope } from "../db/list";
import { listDocs } from "../db/list";
import { ShoalError } from "../domain/errors";
import type { SortSpec } from "../domain/filters/model";
import { parseFilter } from "../domain/filters/parse";
import { type AppContext, services } from "./context";
import { DEFAULT_LIMIT, type ListBody, type ListQuery, MAX_OFFSET, type Pagination } from "./schemas/list";

/** One page of a resource table, with `pagination` rendered. */
export async function listResources<Doc>(
  c: AppContext,
  table: ResourceTable,
  scope: RowScope,
  query: ListQuery,
  body: Partial<ListBody>,
): Promise<Page<Doc> & { pagination: Pagination }> {
  const request = pageRequest(query, body);
  const page = await listDocs<Doc>(services(c).db, table, scope, request);
  const total = query.include_total ? page.total : null;
  return { ...page, pagination: pagination(c, request, { nextCursor: page.nextCursor, total }) };
}

/** `page`/`page_size` and `limit`/`offset` say the same; the second pair wins where both are given. */
export function pageRequest(query: ListQuery, body: Partial<ListBody>): PageRequest {
  const limit = query.limit ?? query.page_size ?? DEFAULT_LIMIT;
  const offset = query.offset ?? (query.page ? (query.page - 1) * limit : 0);
  if (offset > MAX_OFFSET) {
    const msg = `page ${query.page} of ${limit} starts past offset ${MAX_OFFSET}; go on with the cursor`;
    throw new ShoalError("validation_failed", msg, null, [{ loc: ["query", "page"], msg, type: "too_big" }]);
  }
  return {
    filters: parseFilter(withCase(body)),
    sort: sortSpecs(body.sort),
    search: body.search ?? null,
    limit,
    offset,
    cursor: query.cursor || null,
  };
}

/** `{field, direction}` or `{path: 1 | -1 | "asc" | "desc"}`. */
export function sortSpecs(sort: ListBody["sort"]): SortSpec[] {
  if (!sort) return [];
  if (typeof sort.field === "string" && !(sort.field === "asc" || sort.field === "desc")) {
    return [{ field: sort.field, direction: sort.direction === "desc" ? "desc" : "asc" }];
  }
  return Object.entries(sort).map(([field, direction]) => ({
    field,
    direction: direction === -1 || direction === "desc" ? "desc" : "asc",
  }));
}

/** @param total null where the caller did not ask for it */
export function pagination(
  c: AppContext,
  { limit, offset, cursor }: Pick<PageRequest, "limit" | "offset" | "cursor">,
  { nextCursor, total }: { nextCursor: string | null; total: number | null },
): Pagination {
  // Past a cursor the position is not known as a number.
  const page = cursor === null ? Math.floor(offset / limit) + 1 : null;
  const link = (number: number) => `${c.req.path}?page=${number}&page_size=${limit}`;
  const reachable = page !== null && page * limit <= MAX_OFFSET;
  return {
    total,
    page,
    page_size: limit,
    total_pages: total === null ? null : Math.ceil(total / limit),
    next_page: nextCursor !== null && reachable ? link(page + 1) : null,
    previous_page: page !== null && page > 1 ? link(page - 1) : null,
    next_cursor: nextCursor,
  };
}

/** `case_sensitive` beside the filter is meant for the whole filter, unless that says otherwise itself. */
const withCase = ({ case_sensitive, filters }: Partial<ListBody>) =>
  filters && case_sensitive ? { case_sensitive, ...filters } : (filters ?? null);
