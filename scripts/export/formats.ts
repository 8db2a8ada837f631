import { quoted } from "../../jobs/duckdb.ts";
import type { Column, Table } from "../../sql/catalog/types.ts";

export const formats = ["csv", "json", "parquet"] as const;
export type Format = (typeof formats)[number];

/**
 * How DuckDB writes each format. CSV lines end with LF alone: every loader takes it, while a tool
 * that splits at LF would take a CR for a part of the last value. An empty text is "" there, and
 * NULL is nothing.
 */
const copyOptions: Record<Format, string> = {
  csv: "format csv, header",
  json: "format json",
  parquet: "format parquet, compression zstd",
};

/**
 * The statement that writes a table's declared columns as one file, in the order of the lake.
 *
 * @param files of the lake that hold the table, in their order
 */
export function copyStatement(
  format: Format,
  table: Table,
  files: readonly string[],
  target: string,
): string {
  const columns = table.columns.map((column) => `${written(format, column)} as "${column.name}"`);
  return `
    copy (select ${columns.join(", ")} from ${readFiles(files)})
    to ${quoted(target)} (${copyOptions[format]}, use_tmp_file false)`;
}

/** Files by their names, not by a pattern: one that vanishes must be missed, not left out. */
export function readFiles(files: readonly string[]): string {
  return `read_parquet([${files.map(quoted).join(", ")}])`;
}

/** An instant as ISO 8601 in UTC, with as many digits of a second as it has. */
export function instantText(expression: string): string {
  return `replace(replace(cast(${expression} as varchar), ' ', 'T'), '+00', 'Z')`;
}

function written(format: Format, { name, type }: Column): string {
  const value = `"${name}"`;
  if (format === "parquet") return value;
  if (type === "TIMESTAMP") return instantText(value);
  // JSON has no number for infinity and NaN; left to itself, DuckDB writes what no parser reads.
  if (format === "json" && type === "DOUBLE")
    return `if(isfinite(${value}), to_json(${value}), to_json(cast(${value} as varchar)))`;
  return value;
}
