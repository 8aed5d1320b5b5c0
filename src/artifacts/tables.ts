/** The columns of the tables that every run has: the one place that names them. docs/data-formats.md repeats them for readers. */

export type ColumnType = "utf8" | "int32" | "float32" | "float64" | "list<float32>" | "list<float64>" | "list<utf8>";

export interface ColumnSpec {
  name: string;
  type: ColumnType;
  nullable: boolean;
  /** Dictionary-encoded in Parquet: few distinct values a row group. */
  dictionary: boolean;
}

export interface TableSpec {
  name: string;
  columns: readonly ColumnSpec[];
}

/** A value as columns hold it. A float that is NaN means null, as in `MemberBatch`. */
export type Cell = string | number | ArrayLike<number> | readonly string[] | null;

/** Consecutive rows, one array of `rows` cells for every column of the table. */
export interface ColumnBatch {
  rows: number;
  columns: Record<string, ArrayLike<Cell>>;
}

/** Row groups of the members table, and the most rows that any batch has. See docs/design/artifacts.md for the size. */
export const GROUP_ROWS = 8192;

const column = (name: string, type: ColumnType, nullable = true): ColumnSpec => ({
  name,
  type,
  nullable,
  dictionary: false,
});
const required = (name: string, type: ColumnType) => column(name, type, false);
const dictionary = (name: string, nullable = true): ColumnSpec => ({ name, type: "utf8", nullable, dictionary: true });

export const MEMBERS: TableSpec = {
  name: "members",
  columns: [
    required("document_id", "utf8"),
    required("point_id", "utf8"),
    dictionary("collection_id", false),
    dictionary("cluster_id", false),
    dictionary("cluster_label"),
    column("distance_to_centroid", "float32"),
    required("coordinates", "list<float32>"),
    column("x", "float32"),
    column("y", "float32"),
    column("z", "float32"),
    column("probability", "float32"),
    column("outlier_score", "float32"),
  ],
};

export const CENTROIDS: TableSpec = {
  name: "centroids",
  columns: [
    required("cluster_id", "utf8"),
    column("centroid_vector", "list<float32>"),
    required("num_members", "int32"),
    column("variance", "float64"),
    column("label", "utf8"),
    column("summary", "utf8"),
    column("keywords", "list<utf8>"),
    dictionary("feature_name"),
    column("feature_dimensions", "int32"),
    column("parent_cluster_id", "utf8"),
    required("child_cluster_ids", "list<utf8>"),
    required("hierarchy_level", "int32"),
    column("x", "float32"),
    column("y", "float32"),
    column("z", "float32"),
    required("representatives", "list<utf8>"),
    dictionary("reduction_method"),
    dictionary("parameters", false),
    dictionary("algorithm", false),
  ],
};

export const HIERARCHY: TableSpec = {
  name: "hierarchy",
  columns: [
    required("cluster_id", "utf8"),
    column("parent_cluster_id", "utf8"),
    required("level", "int32"),
    required("num_members", "int32"),
    column("label", "utf8"),
  ],
};

/** Cuts batches of any size into batches of exactly `rows` rows (the last may be shorter; an empty table is one of none). */
export async function* rebatch(
  spec: TableSpec,
  batches: AsyncIterable<ColumnBatch>,
  rows: number,
): AsyncGenerator<ColumnBatch> {
  let filled = empty(spec);
  let first = true;
  for await (const batch of batches) {
    for (let from = 0; from < batch.rows; ) {
      const take = Math.min(rows - filled.rows, batch.rows - from);
      for (const { name } of spec.columns) {
        const source = batch.columns[name]!;
        const target = filled.columns[name]!;
        for (let i = from; i < from + take; i++) target.push(source[i]!);
      }
      filled.rows += take;
      from += take;
      if (filled.rows === rows) {
        yield filled;
        first = false;
        filled = empty(spec);
      }
    }
  }
  if (filled.rows > 0 || first) yield filled;
}

function empty(spec: TableSpec): { rows: number; columns: Record<string, Cell[]> } {
  return { rows: 0, columns: Object.fromEntries(spec.columns.map(({ name }): [string, Cell[]] => [name, []])) };
}
