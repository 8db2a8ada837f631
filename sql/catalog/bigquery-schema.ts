import type { Column, ColumnType, Table } from "./types.ts";

/** How BigQuery's API spells a type; of two names for one type, that with which it answers. */
export const bigqueryType: Record<ColumnType, string> = {
  BIGINT: "INTEGER",
  DOUBLE: "FLOAT",
  STRING: "STRING",
  BOOLEAN: "BOOLEAN",
  DATE: "DATE",
  TIMESTAMP: "TIMESTAMP",
};

/** A column as BigQuery's API has it. */
export interface BigqueryField {
  name: string;
  type: string;
  mode: "NULLABLE";
  description: string;
}

/**
 * A table's schema as BigQuery's API has it.
 *
 * Every column is NULLABLE: engines write Parquet whose columns may all be NULL, which a load into a
 * REQUIRED column refuses. That none is NULL where it must not is checked before anything is loaded.
 *
 * @see https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema
 */
export function bigquerySchema({ columns }: Pick<Table, "columns">): BigqueryField[] {
  return columns.map((column) => ({
    name: column.name,
    type: bigqueryType[column.type],
    mode: "NULLABLE",
    description: describe(column),
  }));
}

function describe({ description, unit }: Column): string {
  return unit === undefined ? description : `${description} (${unit})`;
}
