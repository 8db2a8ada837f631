import { mkdir } from "node:fs/promises";
import path from "node:path";

import type { Table } from "../../sql/catalog/types.ts";
import { quoted } from "../duckdb.ts";
import { changedRows, parquetIn, tableFiles, tableFolder } from "../lake/table-files.ts";
import type { Run } from "../run.ts";

/** Months of a table that a merge has touched, as 2015-01, and all rows that they have now. */
interface Touched {
  months: string[];
  rows: number;
  /** The root below which the rows lie as a table's files. */
  root: string;
}

/**
 * Finds the months that a merge has touched: those of the rows that came, and those of the rows that
 * had their keys before and must go.
 *
 * @param table partitioned by the months of a column that holds their first days
 */
export async function touchedMonths({ lake, session }: Run, table: Table): Promise<Touched> {
  const column = `"${table.partition?.column ?? ""}"`;
  const key = table.key.map((name) => `"${name}"`).join(", ");
  const come = `read_parquet(${quoted(changedRows(lake.work, table))})`;
  const before = parquetIn(tableFolder(path.join(lake.folder, "current"), table));
  const found = await session.rows(
    `select distinct strftime(${column}, '%Y-%m') as month from (
       select ${column} from ${come}
       union all
       select held.${column} from read_parquet(${before}) as held
       semi join ${come} as come using (${key})
     ) order by month`,
  );
  const months = found.map(({ month }) => String(month));

  const root = path.join(lake.work, "months");
  const folder = tableFolder(root, table);
  await mkdir(folder, { recursive: true });
  const columns = table.columns.map(({ name }) => `"${name}"`).join(", ");
  const file = quoted(path.join(folder, "part-00000.parquet"));
  const rows = await session.run(
    `copy (
       select ${columns} from read_parquet(${tableFiles(lake.work, table)})
       where list_contains([${months.map(quoted).join(", ")}], strftime(${column}, '%Y-%m'))
     ) to ${file} (format parquet, compression zstd)`,
  );
  return { months, rows, root };
}
