import { findNamespace, type NamespaceDoc } from "../../../db/namespaces";
import { ShoalError } from "../../../domain/errors";
import { type AppContext, services } from "../../context";

/** The namespace by id or name, or a 404 where the key may not see it. */
export async function requireNamespace(c: AppContext, identifier: string): Promise<NamespaceDoc> {
  const row = await findNamespace(services(c).db, identifier, c.var.auth.namespaces);
  if (row) return row.doc;
  throw new ShoalError("namespace_not_found", `There is no namespace "${identifier}".`, {
    resource: "namespace",
    id: identifier,
  });
}
