import { findTemplate, type TemplateDoc } from "../../../db/templates";
import { ShoalError } from "../../../domain/errors";
import { type AppContext, services } from "../../context";

export const viewerOf = (c: AppContext) => ({ namespaceId: c.var.namespace.id, visible: c.var.auth.namespaces });

/** The template, or a 404 where the caller may not see it. */
export async function requireTemplate(c: AppContext, id: string): Promise<TemplateDoc> {
  const template = await findTemplate(services(c).db, viewerOf(c), id);
  if (template) return template;
  throw new ShoalError("template_not_found", `There is no template "${id}".`, { resource: "template", id });
}
