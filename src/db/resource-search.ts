/** Search over everything that a namespace holds by name: one statement over the resource tables. */
import type { Db } from "./connect";
import { searchTerms } from "./list";

/** The kinds that there are, each with its table. */
const SOURCES = {
  collection: { table: "collections", of: "namespace_id = ?1" },
  cluster: { table: "clusters", of: "namespace_id = ?1" },
  taxonomy: { table: "taxonomies", of: "namespace_id = ?1" },
  namespace: { table: "namespaces", of: "id = ?1 AND deleting_at IS NULL" },
} as const;
export type SearchedType = keyof typeof SOURCES;
export const isSearched = (type: string): type is SearchedType => type in SOURCES;
export const SEARCHED_TYPES = Object.keys(SOURCES) as SearchedType[];

export interface FoundResource {
  resource_type: SearchedType;
  resource_id: string;
  resource_name: string;
  description: string | null;
  created_at: string;
  updated_at: string;
}

export interface ResourceQuery {
  query: string;
  types: SearchedType[];
  limit: number;
  offset: number;
}

/** Those whose id or name is the query come first, then the newest. */
export async function searchResources(
  db: Db,
  namespaceId: string,
  { query, types, limit, offset }: ResourceQuery,
): Promise<{ results: FoundResource[]; total: number }> {
  if (types.length === 0) return { results: [], total: 0 };
  const found = types
    .map((type) => {
      const { table, of } = SOURCES[type];
      return `SELECT '${type}' AS resource_type, id AS resource_id, name AS resource_name,
                json_extract(doc, '$.description') AS description, created_at, updated_at
              FROM ${table} WHERE ${of} AND NOT EXISTS (SELECT 1 FROM json_each(?2) WHERE instr(search, value) = 0)`;
    })
    .join(" UNION ALL ");
  const terms = JSON.stringify(searchTerms(query));
  const exact = query.trim();
  const [page, counted] = await db.$client.batch([
    db.$client
      .prepare(
        `SELECT * FROM (${found})
         ORDER BY (resource_id = ?3 OR lower(resource_name) = lower(?3)) DESC, created_at DESC, resource_id LIMIT ?4 OFFSET ?5`,
      )
      .bind(namespaceId, terms, exact, limit, offset),
    db.$client.prepare(`SELECT count(*) AS total FROM (${found})`).bind(namespaceId, terms),
  ]);
  return {
    results: page!.results as unknown as FoundResource[],
    total: (counted!.results[0] as { total: number }).total,
  };
}
