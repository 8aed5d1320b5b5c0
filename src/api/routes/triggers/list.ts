import { type ActionType, listTriggers } from "../../../db/triggers";
import { services } from "../../context";
import { operation } from "../../operation";
import { render } from "./find";
import { ListTriggersBody, ListTriggersResponse, UNIFIED_TRIGGER_EXAMPLE } from "./schemas";

export const listTriggersOperation = operation(
  {
    id: "list_triggers",
    method: "post",
    path: "/v1/triggers/list",
    tag: "Triggers",
    summary: "List triggers",
    description: "Newest first unless sorted otherwise. Paging is in the body.",
    access: { scope: "read", namespaced: true },
    body: { schema: ListTriggersBody, example: { action_type: "cluster", limit: 20 } },
    answer: {
      description: "A page of triggers.",
      schema: ListTriggersResponse,
      example: { results: [UNIFIED_TRIGGER_EXAMPLE], total: 1, offset: 0, limit: 20 },
    },
  },
  async (c, { body }) => {
    const { offset, limit } = body;
    const { rows, total } = await listTriggers(services(c).db, {
      namespaceId: c.var.namespace.id,
      // No trigger has a type that cannot be made here: the page is empty then.
      actionType: (body.action_type ?? null) as ActionType | null,
      resourceId: body.resource_id ?? null,
      triggerType: body.trigger_type ?? null,
      status: body.status ?? null,
      sortBy: body.sort_by,
      direction: body.direction,
      offset,
      limit,
    });
    return { results: rows.map((row) => render(row)), total, offset, limit };
  },
);
