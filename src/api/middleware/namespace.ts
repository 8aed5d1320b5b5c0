import { findNamespace } from "../../db/namespaces";
import { ShoalError } from "../../domain/errors";
import { type AppContext, services } from "../context";

/**
 * Sets `namespace` from the X-Namespace header (id or name), or from `?namespace=`. One that the key may not see is
 * answered like one that does not exist.
 */
export async function resolveNamespace(c: AppContext): Promise<void> {
  const identifier = c.req.header("x-namespace") || c.req.query("namespace");
  if (!identifier) {
    throw new ShoalError(
      "namespace_required",
      "Name the namespace: send the header `X-Namespace` with its id or name.",
    );
  }
  const row = await findNamespace(services(c).db, identifier, c.var.auth.namespaces);
  if (!row) throw new ShoalError("namespace_not_found", `There is no namespace "${identifier}".`, { id: identifier });
  c.set("namespace", { id: row.id, name: row.name });
}
