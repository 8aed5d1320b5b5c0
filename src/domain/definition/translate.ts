/**
 * A dialect is a table of moves: where it puts a value, and where the structured request has it. One validation then
 * serves all dialects, and `origin` leads its findings back to the field that the caller wrote.
 */
import type { FieldIssue } from "../errors";
import { isObject, type Loc, validationError } from "../issues";

export interface Move {
  from: string[];
  to: string[];
  /** Changes the value on its way; `undefined` leaves the field where it is. */
  value?: (value: unknown) => unknown;
}

export interface Translated {
  body: Record<string, unknown>;
  /** The caller's place of a place in `body`. */
  origin: (loc: Loc) => Loc;
}

/** Applies `moves` in order. Two different values for one place are an error. */
export function translate(body: Record<string, unknown>, moves: Move[]): Translated {
  const result = structuredClone(body);
  const done: Move[] = [];
  const issues: FieldIssue[] = [];
  for (const move of moves) {
    const found = read(result, move.from);
    const value = found === undefined || found === null || !move.value ? found : move.value(found);
    if (value === undefined) continue;
    remove(result, move.from);
    if (value === null) continue;
    const present = read(result, move.to);
    if (present !== undefined && present !== null && JSON.stringify(present) !== JSON.stringify(value)) {
      const other = originOf(done, move.to).join(".");
      issues.push({
        loc: originOf(done, move.from),
        msg: `${JSON.stringify(value)} contradicts ${other}, which is ${JSON.stringify(present)}`,
        type: "contradiction",
      });
    }
    write(result, move.to, value);
    done.push(move);
  }
  if (issues.length > 0) throw validationError(issues.map((issue) => ({ ...issue, loc: ["body", ...issue.loc] })));
  return { body: result, origin: (loc) => originOf(done, loc) };
}

function originOf(done: Move[], loc: Loc): Loc {
  let at = loc;
  // Backwards: a value may have been moved twice.
  for (const { from, to } of done.toReversed()) {
    if (to.every((key, index) => at[index] === key)) at = [...from, ...at.slice(to.length)];
  }
  return at;
}

function read(root: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined),
    root,
  );
}

/** Removes the value, and the objects around it that it leaves empty. */
function remove(root: Record<string, unknown>, path: string[]): void {
  const parent = path.slice(0, -1);
  const node = read(root, parent);
  if (isObject(node)) delete node[path[path.length - 1] as string];
  if (parent.length > 0 && isObject(node) && Object.keys(node).length === 0) remove(root, parent);
}

function write(root: Record<string, unknown>, path: string[], value: unknown): void {
  const [key, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    root[key] = value;
    return;
  }
  const next = root[key];
  const child = isObject(next) ? next : {};
  root[key] = child;
  write(child, rest, value);
}
