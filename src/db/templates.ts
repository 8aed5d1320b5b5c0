/** Cluster definitions to start from. */
import { eq } from "drizzle-orm";
import { newId } from "../domain/ids";
import type { Db } from "./connect";
import { boundedDefinition } from "./json";
import { type RowScope, searchText } from "./list";
import { templates } from "./schema";
import { timestamp } from "./time";

export const TEMPLATE_SCOPES = ["system", "organization", "user", "public"] as const;

export interface TemplateDoc {
  template_id: string;
  template_name: string;
  template_type: "cluster";
  description: string | null;
  scope: (typeof TEMPLATE_SCOPES)[number];
  category: string | null;
  tags: string[];
  is_public: boolean;
  is_active: boolean;
  /** Where it was made, and of what. */
  namespace_id: string;
  source_cluster_id: string;
  /** A structured request to create a cluster, without its name and its collections. */
  configuration: Record<string, unknown>;
  created_at: string;
  updated_at: string;
}

export async function createTemplate(
  db: Db,
  given: Omit<TemplateDoc, "template_id" | "template_type" | "is_active" | "created_at" | "updated_at">,
): Promise<TemplateDoc> {
  const now = timestamp();
  const doc: TemplateDoc = {
    template_id: newId("tmpl"),
    template_type: "cluster",
    ...given,
    is_active: true,
    created_at: now,
    updated_at: now,
  };
  await db.insert(templates).values({
    id: doc.template_id,
    namespaceId: doc.namespace_id,
    isPublic: doc.is_public,
    doc: { ...boundedDefinition("template", doc) },
    search: searchText(doc.template_id, doc.template_name, doc.description, doc.category, doc.tags),
    createdAt: now,
    updatedAt: now,
  });
  return doc;
}

interface Viewer {
  /** Where the caller is. */
  namespaceId: string;
  /** Ids of the namespaces that its key may see; null for all. */
  visible: string[] | null;
}

/** Its own namespace sees every template, the key's other namespaces all but those of scope `user`, everyone the public ones. */
export const maySee = ({ namespaceId, visible }: Viewer, doc: TemplateDoc): boolean =>
  doc.is_public ||
  doc.namespace_id === namespaceId ||
  (doc.scope !== "user" && (visible === null || visible.includes(doc.namespace_id)));

/** The same as a condition on the table. */
export function visibleTemplates({ namespaceId, visible }: Viewer): RowScope {
  const elsewhere = visible === null ? "1" : "namespace_id IN (SELECT value FROM json_each(?))";
  return {
    sql: `(is_public = 1 OR namespace_id = ? OR (json_extract(doc, '$.scope') <> 'user' AND ${elsewhere}))`,
    params: [namespaceId, ...(visible === null ? [] : [JSON.stringify(visible)])],
  };
}

export async function findTemplate(db: Db, viewer: Viewer, id: string): Promise<TemplateDoc | null> {
  const [row] = await db.select({ doc: templates.doc }).from(templates).where(eq(templates.id, id));
  const doc = (row?.doc as unknown as TemplateDoc | undefined) ?? null;
  return doc && maySee(viewer, doc) ? doc : null;
}
