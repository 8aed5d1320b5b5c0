/** Paging, filter, sort and search, as every list of resources takes and answers them. */
import { z } from "@hono/zod-openapi";
import { JsonObject } from "./common";

export const DEFAULT_LIMIT = 10;
export const MAX_LIMIT = 1000;
export const MAX_OFFSET = 10_000;

const integer = (min: number, max?: number) => {
  const number = max === undefined ? z.coerce.number().int().min(min) : z.coerce.number().int().min(min).max(max);
  return z.preprocess((text) => (text === "" || text === "null" ? undefined : text), number.optional());
};

/** A boolean in a query string: `true`, `false`, `1`, `0`. */
export const queryBoolean = (fallback: boolean) =>
  z
    .enum(["true", "false", "1", "0", "True", "False"])
    .transform((text) => text === "1" || text.toLowerCase() === "true")
    .optional()
    .default(fallback)
    .openapi({ type: "boolean", default: fallback });

const describe = (description: string, minimum: number, maximum?: number, fallback?: number) => ({
  type: "integer" as const,
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
  ...(fallback === undefined ? {} : { default: fallback }),
  description,
});

export const ListQuery = z.object({
  limit: integer(1, MAX_LIMIT).openapi(describe("Results of a page.", 1, MAX_LIMIT, DEFAULT_LIMIT)),
  offset: integer(0, MAX_OFFSET).openapi(describe("Results to skip; past 10,000 use the cursor.", 0, MAX_OFFSET, 0)),
  cursor: z.string().optional().openapi({ description: "`pagination.next_cursor` of the page before; opaque." }),
  include_total: queryBoolean(false).openapi({ description: "Fill `pagination.total` and `total_pages`." }),
  page: integer(1).openapi(describe("1-based page; another way to say `offset`.", 1)),
  page_size: integer(1, MAX_LIMIT).openapi(describe("Another name of `limit`.", 1, MAX_LIMIT)),
});
export type ListQuery = z.infer<typeof ListQuery>;

export const Filters = JsonObject.nullish().openapi({
  description:
    "A filter: `AND`, `OR`, `NOT` over conditions `{field, operator, value}`; any other key is an equality. " +
    "Operators: eq, ne, gt, lt, gte, lte, in, nin, contains, starts_with, ends_with, regex, exists, is_null, text, phrase.",
  example: { AND: [{ field: "metadata.team", operator: "eq", value: "search" }] },
});

export const Sort = z
  .union(
    [
      z.object({ field: z.string().min(1).max(200), direction: z.enum(["asc", "desc"]).default("asc") }),
      z.record(z.string().min(1).max(200), z.union([z.literal(1), z.literal(-1), z.enum(["asc", "desc"])])),
    ],
    { error: "must be {field, direction} or {path: 1 | -1}" },
  )
  .nullish()
  .openapi({
    description: "`{field, direction}`; dot paths are allowed. `{path: 1 | -1}` is understood too.",
    example: { field: "created_at", direction: "desc" },
  });

export const Search = z
  .string()
  .max(500)
  .nullish()
  .openapi({ description: "Case-insensitive substrings over ids, names and texts; several terms must all occur." });

export const ListBody = z.object({
  filters: Filters,
  sort: Sort,
  search: Search,
  case_sensitive: z.boolean().nullish().openapi({ description: "For the whole filter; false unless said otherwise." }),
});
export type ListBody = z.infer<typeof ListBody>;

export const Pagination = z
  .object({
    total: z.int().nullable(),
    page: z.int().nullable(),
    page_size: z.int().nullable(),
    total_pages: z.int().nullable(),
    next_page: z.string().nullable(),
    previous_page: z.string().nullable(),
    next_cursor: z.string().nullable(),
  })
  .openapi("PaginationResponse");
export type Pagination = z.infer<typeof Pagination>;

/** The only page of a short list. */
export const PAGINATION_EXAMPLE: Pagination = {
  total: null,
  page: 1,
  page_size: DEFAULT_LIMIT,
  total_pages: null,
  next_page: null,
  previous_page: null,
  next_cursor: null,
};

/** The answer of a list: `results`, `pagination`, `total_count`, `stats`. */
export const listResponse = <Item extends z.ZodType, Stats extends z.ZodType>(item: Item, stats: Stats) =>
  z.object({ results: z.array(item), pagination: Pagination, total_count: z.int().min(0), stats: stats.nullable() });
