/** Tables that a method keeps for reuse next to members.parquet; docs/data-formats.md repeats them for readers. */
import type { ObjectStore } from "../objects/object-store";
import type { WrittenTable } from "./contract";
import { type Cell, type ColumnBatch, type ColumnType, GROUP_ROWS, type TableSpec } from "./tables";
import { writeTable } from "./write";

/**
 * What a column's numbers point at. `row`: a row of members.parquet, from 0; none is null. `node`: a row of members.parquet too where
 * it is below the number of its rows, `members`; from there on a node of the tree, as in SciPy's linkage matrix.
 */
export type Reference = "row" | "node";

export interface MethodTableSpec extends TableSpec {
  references: Readonly<Record<string, Reference>>;
}

const table = (name: TableSpec["name"], columns: Record<string, ColumnType | Reference>): MethodTableSpec => {
  const isReference = (type: ColumnType | Reference): type is Reference => type === "row" || type === "node";
  return {
    name,
    columns: Object.entries(columns).map(([column, type]) => ({
      name: column,
      type: isReference(type) ? "int32" : type,
      // A NaN is stored as null, so floats may always be.
      nullable: type === "row" || type === "float32" || type === "float64",
      dictionary: false,
    })),
    references: Object.fromEntries(
      Object.entries(columns).filter((entry): entry is [string, Reference] => isReference(entry[1])),
    ),
  };
};

/** By the file's name; `row` and `node` are int32 columns that point at rows. */
export const METHOD_TABLES = {
  /** Agglomerative: row i merges `left` and `right` into node `members + i`. */
  "tree.parquet": table("tree", { left: "node", right: "node", distance: "float64", size: "int32" }),
  /** HDBSCAN: `child` leaves the cluster `parent` at density `lambda`; clusters are numbered from `members` up, its first one the root. */
  "condensed_tree.parquet": table("condensed_tree", {
    parent: "node",
    child: "node",
    lambda: "float64",
    size: "int32",
  }),
  /** Leiden: an edge of the graph a row, by its lower end, where there are not too many. */
  "graph.parquet": table("graph", { source: "row", target: "row", weight: "float32" }),
  /** OPTICS: the rows in the order that they were reached. */
  "ordering.parquet": table("ordering", {
    member: "row",
    reachability: "float32",
    core_distance: "float32",
    predecessor: "row",
  }),
  /** Gaussian mixture: a row a component; `covariance` as its type has it, row by row. */
  "mixture.parquet": table("mixture", {
    component: "int32",
    weight: "float64",
    mean: "list<float64>",
    covariance: "list<float64>",
  }),
  /** Gaussian mixture: a row a fitted row, one probability a component. */
  "responsibilities.parquet": table("responsibilities", { member: "row", probabilities: "list<float32>" }),
  /** Mean shift: a row a mode. */
  "modes.parquet": table("modes", { mode: "list<float64>" }),
} as const satisfies Record<string, MethodTableSpec>;

export type MethodTableFile = keyof typeof METHOD_TABLES;

/** Writes a table whose columns are whole arrays: `rows` cells each, or `rows` × width of a list. */
export function writeMethodTable(
  objects: ObjectStore,
  key: string,
  file: MethodTableFile,
  rows: number,
  columns: Record<string, ArrayLike<number | null>>,
): Promise<WrittenTable> {
  const spec = METHOD_TABLES[file];
  const width = Math.max(1, ...spec.columns.map(({ name }) => (columns[name]?.length ?? 0) / Math.max(rows, 1)));
  const groupRows = Math.min(GROUP_ROWS, Math.max(1, Math.floor(GROUP_VALUES / width)));
  return writeTable(objects, key, spec, batches(spec, rows, columns, groupRows), groupRows);
}

/** Values of the widest column in a row group: what a writer or a reader holds at a time. */
const GROUP_VALUES = 256 * 1024;

async function* batches(
  { name: table, columns: specs }: MethodTableSpec,
  rows: number,
  columns: Record<string, ArrayLike<number | null>>,
  step: number,
): AsyncGenerator<ColumnBatch> {
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(from + step, rows);
    const cells = specs.map(({ name, type }): [string, Cell[]] => {
      const values = columns[name];
      const width = values ? values.length / rows : 0;
      const isList = type.startsWith("list");
      if (!values || !Number.isInteger(width) || (!isList && width !== 1))
        throw new RangeError(`column ${name} of ${table} has ${values?.length ?? 0} values for ${rows} rows`);
      const cell = (row: number): Cell =>
        isList ? Array.from({ length: width }, (_, i) => values[row * width + i] as number) : values[row]!;
      return [name, Array.from({ length: to - from }, (_, i) => cell(from + i))];
    });
    yield { rows: to - from, columns: Object.fromEntries(cells) };
  }
}
