import type { TriggerRow } from "../../../db/triggers";
import type { Warning } from "../../../domain/definition/model";
import { requireTrigger } from "../../../triggers/change";
import { renderUnifiedTrigger } from "../../../triggers/render";
import type { AppContext } from "../../context";

/** The namespace's trigger, whatever it does, or a 404. */
export const findUnifiedTrigger = (c: AppContext, id: string): Promise<TriggerRow> =>
  requireTrigger(c.env, c.var.namespace.id, id, () => true);

export const render = (row: TriggerRow, warnings: Warning[] = []) =>
  warnings.length > 0 ? { ...renderUnifiedTrigger(row), warnings } : renderUnifiedTrigger(row);
