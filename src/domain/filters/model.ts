/** The filter language after parsing: shorthand, nesting and operator spellings are gone. See `parse.ts`. */
export const FILTER_OPERATORS = [
  "eq",
  "ne",
  "gt",
  "lt",
  "gte",
  "lte",
  "in",
  "nin",
  "contains",
  "starts_with",
  "ends_with",
  "regex",
  "exists",
  "is_null",
  "text",
  "phrase",
] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

export type Filter =
  | { kind: "and"; of: Filter[] }
  | { kind: "or"; of: Filter[] }
  | { kind: "not"; of: Filter[] }
  | { kind: "leaf"; field: string; operator: FilterOperator; value: unknown; caseSensitive: boolean };

export interface SortSpec {
  field: string;
  direction: "asc" | "desc";
}
