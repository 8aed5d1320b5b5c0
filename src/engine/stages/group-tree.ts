/** Combinations of attribute values → the run's groups: flat, or a level for every attribute. Pure. */
import { clusterLabelId } from "../../domain/ids";
import { groupLabel } from "./attributes";
import { REPRESENTATIVES } from "./nearest";

export interface Combination {
  keys: string[];
  count: number;
  /** The first rows that have it. */
  rows: number[];
}

export interface Group {
  id: string;
  parentId: string | null;
  level: number;
  label: string;
  count: number;
  keys: string[];
  rows: number[];
  /** Whether rows carry this group's id: the deepest level. */
  leaf: boolean;
}

/** Groups in order of their ids: the larger first, equal ones by their keys; children after their parent. */
export function buildGroups(combinations: Combination[], hierarchical: boolean): Group[] {
  const depth = combinations[0]?.keys.length ?? 0;
  if (!hierarchical)
    return bySize(combinations).map((one, index) => asGroup(one, clusterLabelId(index), null, 0, true));
  return level(combinations, 0, depth, null);
}

function level(combinations: Combination[], at: number, depth: number, parentId: string | null): Group[] {
  const children = Map.groupBy(combinations, (one) => one.keys[at]!);
  const merged = [...children.values()].map((own) => ({
    keys: own[0]!.keys.slice(0, at + 1),
    count: own.reduce((sum, one) => sum + one.count, 0),
    rows: own
      .flatMap((one) => one.rows)
      .sort((a, b) => a - b)
      .slice(0, REPRESENTATIVES),
  }));
  return bySize(merged).flatMap((one, index) => {
    const id = parentId === null ? clusterLabelId(index) : `${parentId}_sub_${index}`;
    const leaf = at + 1 === depth;
    const below = leaf ? [] : level(children.get(one.keys[at]!)!, at + 1, depth, id);
    return [asGroup(one, id, parentId, at, leaf), ...below];
  });
}

const bySize = (combinations: Combination[]): Combination[] =>
  combinations
    .map((one) => ({ one, name: JSON.stringify(one.keys) }))
    .sort((a, b) => b.one.count - a.one.count || (a.name < b.name ? -1 : 1))
    .map(({ one }) => one);

const asGroup = (
  { keys, count, rows }: Combination,
  id: string,
  parentId: string | null,
  level: number,
  leaf: boolean,
): Group => ({ id, parentId, level, label: groupLabel(keys), count, keys, rows, leaf });
