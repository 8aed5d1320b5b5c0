import { createKey } from "../../../db/keys";
import { findNamespace } from "../../../db/namespaces";
import { ShoalError } from "../../../domain/errors";
import { type AppContext, services } from "../../context";
import { operation } from "../../operation";
import { CreatedKeyResponse, CreateKeyRequest, KEY_EXAMPLE } from "./schemas";

export const createKeyOperation = operation(
  {
    id: "create_key",
    method: "post",
    path: "/v1/keys",
    tag: "Keys",
    summary: "Create an API key",
    description:
      "The secret is in this answer and never again. A key that is limited to namespaces makes keys for those only.",
    access: { scope: "admin", namespaced: false },
    body: {
      schema: CreateKeyRequest,
      required: true,
      example: { key_name: "ingest", scopes: ["write"], namespaces: ["research"] },
    },
    answer: {
      description: "The key with its secret.",
      schema: CreatedKeyResponse,
      example: { ...KEY_EXAMPLE, key: "sk_live_9fQ2…" },
    },
    errors: [404],
  },
  async (c, { body }) => {
    const namespaces = body.namespaces ? await namespaceIds(c, body.namespaces) : c.var.auth.namespaces;
    const { doc, secret } = await createKey(services(c).db, {
      key_name: body.key_name,
      scopes: [...new Set(body.scopes)],
      namespaces,
    });
    return { ...doc, key: secret };
  },
);

async function namespaceIds(c: AppContext, identifiers: string[]): Promise<string[]> {
  const ids = new Set<string>();
  for (const identifier of identifiers) {
    const row = await findNamespace(services(c).db, identifier, c.var.auth.namespaces);
    if (!row) throw new ShoalError("namespace_not_found", `There is no namespace "${identifier}".`, { id: identifier });
    ids.add(row.id);
  }
  return [...ids];
}
