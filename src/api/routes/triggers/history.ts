import { listFirings } from "../../../db/firings";
import { renderUnifiedFiring } from "../../../triggers/render";
import { services } from "../../context";
import { operation } from "../../operation";
import { findUnifiedTrigger } from "./find";
import { HistoryQuery, TriggerPath, UNIFIED_HISTORY_EXAMPLE, UnifiedTriggerHistory } from "./schemas";

export const triggerHistoryOperation = operation(
  {
    id: "get_trigger_history",
    method: "get",
    path: "/v1/triggers/{trigger_id}/history",
    tag: "Triggers",
    summary: "What a trigger did",
    description: "Every time that it fired in the last 90 days, newest first, with the task and what came of it.",
    access: { scope: "read", namespaced: true },
    params: TriggerPath,
    query: HistoryQuery,
    answer: { description: "A page of history.", schema: UnifiedTriggerHistory, example: UNIFIED_HISTORY_EXAMPLE },
  },
  async (c, { params, query: { offset, limit } }) => {
    const { id } = await findUnifiedTrigger(c, params.trigger_id);
    const { rows, total } = await listFirings(services(c).db, id, { status: null, offset, limit });
    return { trigger_id: id, executions: rows.map(renderUnifiedFiring), total, offset, limit };
  },
);
