/** A collection's `taxonomy_applications`: which taxonomies may be applied to it, where results go, and to which documents. */
import { z } from "zod";
import type { CollectionRow } from "../db/collections";
import { requireTaxonomy, type TaxonomyDoc } from "../db/taxonomies";
import type { Filter } from "../domain/filters/model";
import { parseFilter } from "../domain/filters/parse";
import { type Loc, parseAt } from "../domain/issues";
import type { JobContext } from "../jobs/contract";

/** The published schema takes no other keys. */
const Applications = z
  .array(
    z.strictObject({
      taxonomy_id: z.string().min(1),
      execution_mode: z.literal("materialize").default("materialize"),
      target_collection_id: z.string().min(1).nullish(),
      scroll_filters: z.record(z.string(), z.unknown()).nullish(),
    }),
  )
  .max(50);

/** Checked, with each taxonomy by its id. Null and absent stay as they are. */
export async function checkApplications<Given extends { taxonomy_applications?: unknown }>(
  { db }: Pick<JobContext, "db">,
  namespaceId: string,
  given: Given,
): Promise<Given> {
  if (!given.taxonomy_applications) return given;
  const loc: Loc = ["body", "taxonomy_applications"];
  const applications = parseAt(Applications, given.taxonomy_applications, loc);
  const taxonomy_applications = [];
  for (const [i, application] of applications.entries()) {
    parseFilter(application.scroll_filters, [...loc, i, "scroll_filters"]);
    const { taxonomy_id } = await requireTaxonomy(db, namespaceId, application.taxonomy_id);
    taxonomy_applications.push({ ...application, taxonomy_id });
  }
  return { ...given, taxonomy_applications };
}

/** How the collection wants the taxonomy to be applied to it; null where its applications do not name it. */
export function applicationOf(
  { doc }: CollectionRow,
  { taxonomy_id, taxonomy_name }: TaxonomyDoc,
): { targetCollection: string | null; filters: Filter | null } | null {
  const application = (doc.taxonomy_applications ?? []).find(
    ({ taxonomy_id: named }) => named === taxonomy_id || named === taxonomy_name,
  );
  return application
    ? {
        targetCollection: (application.target_collection_id as string | undefined) ?? null,
        filters: parseFilter(application.scroll_filters),
      }
    : null;
}
