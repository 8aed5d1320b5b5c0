import { z } from "@hono/zod-openapi";
import { getKey, mayManage, revokeKey } from "../../../db/keys";
import { ShoalError } from "../../../domain/errors";
import { services } from "../../context";
import { operation } from "../../operation";
import { DELETED, GenericDeleteResponse } from "../../schemas/common";

export const revokeKeyOperation = operation(
  {
    id: "revoke_key",
    method: "delete",
    path: "/v1/keys/{key_id}",
    tag: "Keys",
    summary: "Revoke an API key",
    description: "At once and for good. Revoking twice is no error.",
    access: { scope: "admin", namespaced: false },
    params: z.object({ key_id: z.string().openapi({ example: "key_mi8l2k4q0d7v1c9x5z3b" }) }),
    answer: { description: "Revoked.", schema: GenericDeleteResponse, example: DELETED },
  },
  async (c, { params }) => {
    const { db } = services(c);
    const key = await getKey(db, params.key_id);
    if (!key || !mayManage(c.var.auth.namespaces, key)) {
      throw new ShoalError("key_not_found", `There is no key "${params.key_id}".`, { id: params.key_id });
    }
    await revokeKey(db, params.key_id);
    return DELETED;
  },
);
