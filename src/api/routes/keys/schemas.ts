import { z } from "@hono/zod-openapi";
import { SCOPES } from "../../../db/keys";
import { Timestamp } from "../../schemas/common";
import { Pagination } from "../../schemas/list";

const Scope = z.enum(SCOPES).openapi("Scope");

export const CreateKeyRequest = z
  .object({
    key_name: z.string().trim().min(1).max(100).openapi({ example: "ingest" }),
    scopes: z.array(Scope).min(1).openapi({ description: "Each scope includes those before it: read, write, admin." }),
    namespaces: z
      .array(z.string().min(1))
      .min(1)
      .max(100)
      .nullish()
      .openapi({ description: "Ids or names of the namespaces that the key may see; absent for all." }),
  })
  .openapi("CreateKeyRequest");

export const KeyResponse = z
  .object({
    key_id: z.string(),
    key_name: z.string(),
    prefix: z.string().openapi({ description: "The secret's first characters." }),
    scopes: z.array(Scope),
    namespaces: z.array(z.string()).nullable().openapi({ description: "Namespace ids; null for all." }),
    created_at: Timestamp,
    revoked_at: Timestamp.nullable(),
  })
  .openapi("KeyResponse");

export const CreatedKeyResponse = KeyResponse.extend({
  key: z.string().openapi({ description: "The secret. It is shown this once and stored only as a digest." }),
}).openapi("CreatedKeyResponse");

export const ListKeysResponse = z
  .object({ results: z.array(KeyResponse), pagination: Pagination, total_count: z.int() })
  .openapi("ListKeysResponse");

export const KEY_EXAMPLE = {
  key_id: "key_mi8l2k4q0d7v1c9x5z3b",
  key_name: "ingest",
  prefix: "sk_live_9fQ",
  scopes: ["write" as const],
  namespaces: ["ns_mi8l2k4q0d7v1c9x5z3b"],
  created_at: "2026-11-21T13:20:40.122000Z",
  revoked_at: null,
};
