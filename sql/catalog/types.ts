/** The six types that mean the same in DuckDB, Spark, Parquet and BigQuery. */
export const columnTypes = ["BIGINT", "DOUBLE", "STRING", "BOOLEAN", "DATE", "TIMESTAMP"] as const;
export type ColumnType = (typeof columnTypes)[number];

/** How DuckDB spells a type. A TIMESTAMP is an instant, so it carries the zone (UTC). */
export const duckdbType: Record<ColumnType, string> = {
  BIGINT: "BIGINT",
  DOUBLE: "DOUBLE",
  STRING: "VARCHAR",
  BOOLEAN: "BOOLEAN",
  DATE: "DATE",
  TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
};

export const layers = ["staging", "core", "marts", "ops"] as const;
export type Layer = (typeof layers)[number];

export type Severity = "error" | "warn";

export interface Column {
  name: string;
  type: ColumnType;
  description: string;
  /** What one unit of the number is, for people: stars, US dollars, ratings. */
  unit: string | undefined;
  required: boolean;
  range: Range | undefined;
  values: readonly (number | string)[] | undefined;
}

/** Both ends belong to the range; undefined is no bound. */
export interface Range {
  min: number | undefined;
  max: number | undefined;
}

export interface SortKey {
  column: string;
  direction: "asc" | "desc";
}

/** A promise about a table. What is derived from key and columns stands in the same list. */
export type Check = { name: string; severity: Severity } & (
  | { check: "unique"; columns: string[]; nullSafe: boolean }
  | { check: "not_null"; columns: string[] }
  | { check: "accepted_values"; column: string; values: readonly (number | string)[] }
  | { check: "range"; column: string; range: Range }
  | { check: "foreign_key"; columns: string[]; references: string }
  | { check: "row_count"; range: Range }
  | { check: "freshness"; column: string; maxAgeDays: number }
  | { check: "month_of"; column: string; instant: string }
  | { check: "expression"; expression: string }
);

export const charts = ["line", "bar", "histogram", "heatmap", "table"] as const;
export type Chart = (typeof charts)[number];

/** What the answers are about, in the order in which a reader meets them. */
export const sections = ["ratings", "films", "genres", "money", "companies"] as const;
export type Section = (typeof sections)[number];

/** One picture of a mart: the question it answers and which column takes which part. */
export interface Tile {
  section: Section;
  question: string;
  chart: Chart;
  /** Columns by the part that they play; a table has its columns in the order shown. */
  x: string[];
  y: string[];
  colour: string | undefined;
  columns: string[];
  /** The column by which a reader chooses one company, one genre. */
  filter: string | undefined;
  sort: SortKey[];
  /** Unit of each column that the tile shows, where it has one. */
  units: Record<string, string>;
}

export interface Partition {
  column: string;
  by: "DAY" | "MONTH";
  filterRequired: boolean;
}

/**
 * A promise that spares a merge most of its work: the rows with one value of the column `by` follow
 * from the rows of the table `of` with that value, and beside them only from what its other inputs say
 * of rows that they had before.
 */
export interface Increment {
  by: string;
  of: string;
}

export interface Table {
  /** layer.name, as SELECTs write it. */
  id: string;
  layer: Layer;
  name: string;
  question: string;
  description: string | undefined;
  grain: string;
  key: string[];
  nullSafeKey: boolean;
  columns: Column[];
  partition: Partition | undefined;
  cluster: string[];
  checks: Check[];
  tiles: Tile[];
  /** Which rows of its input stand in none of its own, in words. */
  leavesOut: string | undefined;
  /** The source whose records, one a key, are this table's rows as they are. */
  recordsOf: string | undefined;
  increment: Increment | undefined;
  /** The SELECT that makes the table; ops tables have none, runs write them. */
  select: string | undefined;
  /** Ids of the tables that the SELECT reads; a raw source is raw.<source>. */
  reads: string[];
  /** Where the declaration and the SELECT stand, below sql/, with forward slashes. */
  file: string;
  selectFile: string | undefined;
}

/**
 * The scalars of raw files. A MONTH is a date of which only the month counts; an EPOCH counts seconds
 * since 1970-01-01T00:00:00Z and becomes an instant.
 */
export const scalarTypes = [
  "BIGINT",
  "DOUBLE",
  "STRING",
  "BOOLEAN",
  "DATE",
  "MONTH",
  "EPOCH",
] as const;
export type ScalarType = (typeof scalarTypes)[number];

export interface LiteralField {
  type: "BIGINT" | "DOUBLE" | "STRING" | "BOOLEAN";
  required: boolean;
}

export interface SourceColumn {
  name: string;
  /** What the column may be called in the file's header; empty for one that is derived. */
  headers: string[];
  type: ScalarType | "literal";
  literal: { form: "list" | "object"; fields: Record<string, LiteralField> } | undefined;
  required: boolean;
  range: { min: number | undefined; max: number | "run_start" | undefined } | undefined;
  values: readonly number[] | undefined;
  /** Texts that stand for "no value" beside the empty field. */
  missing: string[];
  /** The column of whose instant this one is the month (UTC): no field of the file. */
  monthOf: string | undefined;
}

/** Encodings that a file may have. A file is read in the first one that its bytes are valid in. */
export const encodings = ["utf-8", "latin-1"] as const;
export type Encoding = (typeof encodings)[number];

/**
 * How a file's bytes are records and fields.
 *
 * - csv: a header names the columns; commas, double quotes, UTF-8.
 * - delimited: a line is a record, no header, no quotes; the declaration names the fields.
 */
export type Layout = { kind: "csv" } | DelimitedLayout;

export interface DelimitedLayout {
  kind: "delimited";
  delimiter: string;
  /** Tried in this order. */
  encodings: readonly Encoding[];
  /** In the order of the file. */
  fields: readonly LaidField[];
  /** Place of the field that may hold the delimiter itself, such as a title with :: in it. */
  absorbs: number | undefined;
}

/**
 * What a field is: the text of a column, one of the flags that make up a column (1 says that its
 * name belongs to the column's list), or something that is read past.
 */
export interface LaidField {
  name: string;
  column: string | undefined;
  flag: boolean;
}

export interface SourceFile {
  name: string;
  /** The smaller edition of the same file, taken with --small. */
  small: string | undefined;
  layout: Layout;
}

export interface Source {
  name: string;
  description: string;
  files: SourceFile[];
  /** Whether files of two folders may not be mixed. */
  oneFolder: boolean;
  columns: SourceColumn[];
  key: string[];
  /** Which of several records of a key stays: the first in this order. */
  wins: SortKey[];
  /** The column whose months a run may be limited to. */
  months: string | undefined;
  /** Sources that together make up for this one's absence. */
  stoodInBy: string[];
  file: string;
}

/** What a publisher offers for download, by the name that `--source` takes. */
export interface Dataset {
  name: string;
  title: string;
  publisher: string;
  /** The page that tells people about it. */
  page: string;
  licence: string;
  /** Whether its files may be given on to others. */
  redistributable: boolean;
  /** The sources whose files are in it. */
  holds: string[];
  download: {
    /** The file's own name. */
    file: string;
    address: string;
    form: "zip" | "csv";
    /** About how many bytes are fetched, and how many they are once unpacked. */
    bytes: number;
    unpackedBytes: number;
    /** For a file that never changes. */
    md5: string | undefined;
    /** Whose user name and key are sent along, where the environment has them. */
    credentials: "kaggle" | undefined;
  };
  file: string;
}

/** How DuckDB types a raw column once it has been read. */
export function rawDuckdbType(column: SourceColumn): string {
  if (column.literal !== undefined) {
    const fields = Object.entries(column.literal.fields).map(
      ([name, field]) => `"${name}" ${duckdbType[field.type]}`,
    );
    return `STRUCT(${fields.join(", ")})${column.literal.form === "list" ? "[]" : ""}`;
  }
  if (column.type === "EPOCH") return duckdbType.TIMESTAMP;
  return column.type === "MONTH" ? duckdbType.DATE : duckdbType[column.type as ColumnType];
}
