/**
 * Splits large clusters into sub-clusters, level by level: a loop of three rounds a level, over spans of rows. Rows of the large clusters are
 * put together; each cluster is split by itself; every row learns its sub-cluster. It ends where nothing is split. docs/design/hierarchy.md
 */
import type { SubclusterResult } from "../../../domain/run/results";
import type { Stage, TaskContext } from "../../context";
import { mapLabels, reduceLabels } from "./labels";
import { mapRows, reduceRows } from "./rows";
import { mapSplit, reduceSplit } from "./split";

export const ROUNDS_A_LEVEL = 3;

interface Step {
  map(context: TaskContext, level: number): Promise<unknown>;
  reduce(context: TaskContext, level: number): Promise<SubclusterResult>;
}

const STEPS: Step[] = [
  { map: mapRows, reduce: reduceRows },
  { map: mapSplit, reduce: reduceSplit },
  { map: mapLabels, reduce: reduceLabels },
];

const stepOf = ({ task }: TaskContext): Step => STEPS[task.round % ROUNDS_A_LEVEL]!;
const levelOf = ({ task }: TaskContext): number => Math.floor(task.round / ROUNDS_A_LEVEL) + 1;

export const subclusters: Stage = {
  map: (context) => stepOf(context).map(context, levelOf(context)),
  reduce: (context) => stepOf(context).reduce(context, levelOf(context)),
};
