import type { Column, ColumnType, Partition, Table } from "../../sql/catalog/types.ts";
import type { Format } from "./formats.ts";
import type { LeftOut, Plan } from "./plan.ts";
import type { Version } from "./version.ts";

/** What an export is, for the programs that load it: the file tables.json beside the tables. */
export interface Manifest {
  format: Format;
  exported_at: string;
  /** The version of the lake that was read, and the run that published it. */
  version: { run_id: string; published_at: string | null };
  /** Whether the data are made up; null for a lake that holds no data yet. */
  synthetic: boolean | null;
  tables: ManifestTable[];
  left_out: { table: string; why: string }[];
}

export interface ManifestTable extends WrittenFile {
  table: string;
  question: string;
  grain: string;
  /** The run that made its rows. */
  run_id: string | null;
  columns: ManifestColumn[];
  key: string[];
  partition: Pick<Partition, "column" | "by"> | null;
  cluster: string[];
}

/** A file as it lies below the export's folder. */
export interface WrittenFile {
  file: string;
  rows: number;
  bytes: number;
  sha256: string;
}

export interface ManifestColumn {
  name: string;
  type: ColumnType;
  required: boolean;
  description: string;
  unit: string | null;
}

export function manifestOf(
  format: Format,
  version: Version,
  { publishedAt, leftOut }: Plan,
  tables: readonly ManifestTable[],
): Manifest {
  return {
    format,
    exported_at: new Date().toISOString(),
    version: { run_id: version.runId, published_at: publishedAt },
    synthetic: version.state.prepared?.synthetic ?? null,
    tables: [...tables],
    left_out: leftOut.map(({ table, why }: LeftOut) => ({ table: table.id, why })),
  };
}

export function manifestTable(table: Table, version: Version, written: WrittenFile): ManifestTable {
  return {
    table: table.id,
    ...written,
    run_id: madeBy(table, version),
    question: table.question,
    grain: table.grain,
    columns: table.columns.map(manifestColumn),
    key: table.key,
    partition: table.partition ? { column: table.partition.column, by: table.partition.by } : null,
    cluster: table.cluster,
  };
}

/** A run that was asked for some steps alone leaves the other layers as earlier runs made them. */
function madeBy({ layer }: Table, { runId, state }: Version): string | null {
  if (layer === "ops") return runId;
  return (layer === "staging" ? state.prepared?.runId : state.transformedBy) ?? null;
}

function manifestColumn({ name, type, required, description, unit }: Column): ManifestColumn {
  return { name, type, required, description, unit: unit ?? null };
}
