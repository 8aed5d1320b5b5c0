/** The tables that a method keeps for reuse: its columns in scratch become files, their rows numbered as in members.parquet. */
import { METHOD_TABLES, type MethodTableFile, type MethodTableSpec, writeMethodTable } from "../../artifacts";
import type { FileInfo } from "../../domain/run/results";
import { keys } from "../../objects/keys";
import type { TaskContext } from "../context";
import { fittedRows } from "../sampling";
import { arrayOf, columnName } from "./cluster";

/** `places`: for every row of the run its row in members.parquet, which has `members` rows. */
export async function writeKeptTables(context: TaskContext, places: Uint32Array, members: number): Promise<FileInfo[]> {
  const { spec, results, objects, scratch } = context;
  const fitted = fittedPlaces(context, places);
  const written: FileInfo[] = [];
  for (const { file, rows } of results.cluster!.tables) {
    const name = file as MethodTableFile;
    const { columns, references }: MethodTableSpec = METHOD_TABLES[name];
    const values: Record<string, ArrayLike<number | null>> = {};
    for (const { name: column, type } of columns) {
      const bytes = await scratch.bytes(columnName(file, column));
      const Type = arrayOf(type);
      const own = new Type(bytes.buffer, bytes.byteOffset, bytes.byteLength / Type.BYTES_PER_ELEMENT);
      values[column] = references[column] ? pointed(own, fitted, members) : own;
    }
    const key = keys.artifact(spec.namespaceId, spec.clusterId, spec.runId, name);
    written.push({ key, ...(await writeMethodTable(objects, key, name, rows, values)) });
  }
  return written;
}

function fittedPlaces({ plan, spec, results }: TaskContext, places: Uint32Array): Uint32Array {
  const { lastRank } = results.gather!;
  return lastRank === null ? places : fittedRows(0, plan.shape.rows, spec.seed, lastRank).map((row) => places[row]!);
}

/** Fitted rows as rows of the members, nodes above them as nodes above the members; -1 is none. */
function pointed(values: ArrayLike<number>, fitted: Uint32Array, members: number): (number | null)[] {
  return Array.from(values, (value) => {
    if (value < 0) return null;
    return value < fitted.length ? fitted[value]! : value - fitted.length + members;
  });
}
