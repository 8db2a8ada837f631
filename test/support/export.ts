import { mkdir, readdir, symlink } from "node:fs/promises";
import path from "node:path";

import { quoted, Session } from "../../jobs/duckdb.ts";
import { exportTables, type Listener } from "../../scripts/export/export-tables.ts";
import type { Manifest } from "../../scripts/export/manifest.ts";
import type { ExportOptions } from "../../scripts/export/options.ts";
import { columnTypes, duckdbType, type Table } from "../../sql/catalog/types.ts";
import { catalog, tableOf } from "./catalog.ts";
import { writeFiles } from "./folder.ts";

/** Exports in this process: the marts as CSV unless said otherwise. */
export async function exported(
  options: Pick<ExportOptions, "lake" | "to"> & Partial<ExportOptions>,
  listener: Partial<Listener> = {},
  changed: (tables: Table[]) => Table[] = (tables) => tables,
): Promise<Manifest> {
  const known = await catalog();
  return exportTables(
    { ...known, tables: changed(known.tables) },
    { format: "csv", tables: ["marts.*"], ...options },
    { wrote: () => undefined, leftOut: () => undefined, ...listener },
  );
}

/** A DuckDB of its own for a test. */
export async function withSession<T>(use: (session: Session) => Promise<T>): Promise<T> {
  const session = await Session.open({ macros: [], spillFolder: "/nowhere" });
  try {
    return await use(session);
  } finally {
    session.close();
  }
}

/** A table with a column of each type, named after it. */
export async function oddTable(): Promise<Table> {
  const like = await tableOf("marts.genre_popularity");
  const [column] = like.columns;
  const columns = columnTypes.map((type) => ({
    ...column!,
    name: `a_${type.toLowerCase()}`,
    type,
    required: false,
  }));
  return { ...like, id: "marts.odd", name: "odd", columns };
}

/**
 * Makes a lake by hand, with values in it that no pipeline gives.
 *
 * @param parts for each file of marts.odd, its rows as SQL values
 */
export async function oddLake(lake: string, parts: readonly string[]): Promise<string> {
  const prepared = { runId: "prepare-run", sources: [], synthetic: true, accounts: [] };
  const state = { format: 2, prepared, transformedBy: "transform-run" };
  const version = path.join(lake, "versions", "publish-run");
  await writeFiles(version, { "lake.json": JSON.stringify(state) });
  await symlink(path.join("versions", "publish-run"), path.join(lake, "current"));

  const { columns } = await oddTable();
  const names = columns.map(({ name }) => name).join(", ");
  const casts = columns.map(({ name, type }) => `${name}::${duckdbType[type]} as ${name}`);
  const folder = path.join(version, "marts", "odd");
  await mkdir(folder, { recursive: true });
  await withSession(async (session) => {
    for (const [number, rows] of parts.entries()) {
      const select = `select ${casts.join(", ")} from (values ${rows}) as t(${names})`;
      await session.run(
        `copy (${select}) to ${quoted(path.join(folder, `part-0000${number}.parquet`))}`,
      );
    }
  });
  return lake;
}

/** Every file below a folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
