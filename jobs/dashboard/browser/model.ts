import type { Section, Tile } from "../../../sql/catalog/types.ts";

/** What the page is drawn from: made on the machine that ran the pipeline, read in the browser. */
export interface DashboardModel {
  tables: Record<string, TableModel>;
  tiles: TileModel[];
}

/** A cell: whole numbers as numbers, days and instants (UTC) as text. */
export type Value = string | number | null;

/** A mart's rows, or the first of them, column by column. */
export interface TableModel {
  /** How many rows the mart has. */
  rows: number;
  /** How many of them are here. */
  shown: number;
  values: Record<string, Value[]>;
}

export interface TileModel extends Pick<
  Tile,
  "question" | "chart" | "x" | "y" | "colour" | "columns" | "filter" | "sort"
> {
  /** Names the tile on the page: the mart's name and the tile's place in it. */
  id: string;
  /** The mart's id. */
  table: string;
  section: Section;
  facts: Record<string, ColumnFacts>;
}

export interface ColumnFacts {
  label: string;
  kind: Kind;
  unit: string | undefined;
  description: string;
}

/** How a column's values are written for people. */
export type Kind = "amount" | "money" | "plain" | "year" | "month" | "text" | "day" | "instant";

export type Row = Record<string, Value>;

/** The rows of a table, one object each: hundreds of thousands, so that every step of it counts. */
export function rowsOf({ values, shown }: TableModel): Row[] {
  const columns = Object.entries(values);
  const rows: Row[] = [];
  for (let index = 0; index < shown; index++) {
    const row: Row = {};
    for (const [name, cells] of columns) row[name] = cells[index] ?? null;
    rows.push(row);
  }
  return rows;
}
