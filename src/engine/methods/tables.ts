/** What a method keeps for reuse: small column tables, named and described in src/artifacts/method-tables.ts. */
import type { MethodTableFile } from "../../artifacts";

export interface MethodTable {
  file: MethodTableFile;
  rows: number;
  /**
   * One array a column: `rows` values, or `rows` × width of a list. A column of rows or nodes numbers the fitted rows from 0; they are
   * renumbered to the rows of members.parquet when they are written.
   */
  columns: Record<string, ColumnArray>;
}

export type ColumnArray = Int32Array | Float32Array | Float64Array;
