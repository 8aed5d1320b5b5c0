/** Levels of a hierarchy in payloads: fields with few values, each finer one inside the one above. Pure. */

export interface LevelRules {
  /** Most values of a level. */
  values: number;
  /** Share of the documents that must have the field. */
  present: number;
  /** Most levels. */
  levels: number;
  /** Share of a finer value's documents that must lie in one value above. */
  inside: number;
}
export const LEVEL_RULES: LevelRules = { values: 50, present: 0.8, levels: 3, inside: 0.7 };

type Payload = Record<string, unknown>;

/** Keys that enrichment and classification write: a taxonomy of them would be one of itself. */
const WRITTEN = /^(cluster|taxonomy)_/;

/** Fields at the top and one step inwards, with texts (or truth values) for values. */
function* fieldsOf(payload: Payload, prefix = ""): Generator<[string, string]> {
  for (const [key, value] of Object.entries(payload)) {
    if (WRITTEN.test(key)) continue;
    if (typeof value === "string" || typeof value === "boolean") yield [prefix + key, String(value)];
    else if (prefix === "" && value !== null && typeof value === "object" && !Array.isArray(value))
      yield* fieldsOf(value as Payload, `${key}.`);
  }
}

/**
 * The fields that become levels, coarsest first. A field qualifies by having at least two values, at most `values`, fewer than half as
 * many as there are documents, in enough of the documents. The one with fewest values is the first level; each next is the one with fewest values
 * that refines it: more values, and most documents of its values (`inside`) within the value above that holds most of theirs.
 */
export function levelsOf(payloads: readonly Payload[], rules: LevelRules = LEVEL_RULES): string[] {
  const columns = new Map<string, Map<number, string>>();
  payloads.forEach((payload, row) => {
    for (const [field, value] of fieldsOf(payload)) {
      const column = columns.get(field) ?? new Map<number, string>();
      columns.set(field, column);
      column.set(row, value);
    }
  });
  const candidates = [...columns]
    .map(([field, column]) => ({ field, column, values: new Set(column.values()).size }))
    .filter(
      ({ column, values }) =>
        values >= 2 &&
        values <= rules.values &&
        2 * values <= column.size &&
        column.size >= rules.present * payloads.length,
    )
    .sort((a, b) => a.values - b.values || (a.field < b.field ? -1 : 1));
  const levels: typeof candidates = [];
  for (const candidate of candidates) {
    const above = levels.at(-1);
    if (levels.length === rules.levels) break;
    if (!above || (candidate.values > above.values && isInside(candidate.column, above.column, rules.inside)))
      levels.push(candidate);
  }
  return levels.map(({ field }) => field);
}

function isInside(finer: Map<number, string>, coarser: Map<number, string>, share: number): boolean {
  const counts = new Map<string, Map<string, number>>();
  for (const [row, value] of finer) {
    const above = coarser.get(row);
    if (above === undefined) continue;
    const own = counts.get(value) ?? new Map<string, number>();
    counts.set(value, own);
    own.set(above, (own.get(above) ?? 0) + 1);
  }
  const all = [...counts.values()].flatMap((own) => [...own.values()]).reduce((sum, n) => sum + n, 0);
  const held = [...counts.values()].reduce((sum, own) => sum + Math.max(...own.values()), 0);
  return all > 0 && held >= share * all;
}

/** The values of a document on the levels, as far as it has them without a gap. */
export function pathOf(payload: Payload, levels: readonly string[]): string[] {
  const values = Object.fromEntries(fieldsOf(payload));
  const path: string[] = [];
  for (const level of levels) {
    const value = values[level];
    if (value === undefined) break;
    path.push(value);
  }
  return path;
}
