import type { Table } from "../../../sql/catalog/types.ts";
import { sparkSpelling } from "../../../sql/catalog/spark-spelling.ts";
import { tableFolder } from "../../lake/table-files.ts";
import type { Asked } from "./place.ts";

/** What driver.py is asked for; it is written as JSON, whose keys these are. */
export interface Manifest {
  inputs: { id: string; folder: string }[];
  models: Model[];
  checks: { table: string; name: string; query: string }[];
  /** Where the driver writes what it did. */
  report: string;
}

interface Model {
  id: string;
  select: string;
  columns: { name: string; type: string }[];
  /** Columns by which the rows lie in a file. */
  order: string[];
  /** How many files are written. */
  files: number;
  folder: string;
}

/** What driver.py leaves behind. */
export interface Report {
  spark: string;
  models: { id: string; rows: number; seconds: number }[];
  checks: { table: string; name: string; failing_rows: number; seconds: number }[];
  failure?: {
    kind: "input" | "model" | "check" | "driver";
    name: string;
    sql: string;
    message: string;
  };
}

/** Where Spark reads and leaves things: folders, or addresses in a bucket such as gs://lake/work/run. */
export interface Roots {
  /** Below it lie the tables that are there. */
  inputs: string;
  /** Below it come to lie the tables that are made. */
  models: string;
  /** The report's file. */
  report: string;
}

/** Of the tables that are there those that are not to be made anew. */
export function inputsOf({ shown, models }: Pick<Asked, "shown" | "models">): Table[] {
  return shown.filter(({ id }) => models.every((model) => model.id !== id));
}

/** Asks for tables and for answers. */
export function manifestOf(roots: Roots, asked: Asked): Manifest {
  const { models, questions } = asked;
  return {
    inputs: inputsOf(asked).map((table) => ({
      id: table.id,
      folder: placeOf(roots.inputs, table),
    })),
    models: models.map((table) => ({
      id: table.id,
      select: sparkSpelling(table.select ?? ""),
      columns: table.columns.map(({ name, type }) => ({ name, type })),
      order: [...new Set([...table.cluster, ...table.key])],
      files: 1,
      folder: placeOf(roots.models, table),
    })),
    checks: questions.map(({ table, check, query }) => ({
      table: table.id,
      name: check.name,
      query: sparkSpelling(query),
    })),
    report: roots.report,
  };
}

/** A path joined to an address would lose a slash behind the scheme. */
function placeOf(root: string, table: Table): string {
  return root.includes("://") ? `${root}/${table.layer}/${table.name}` : tableFolder(root, table);
}
