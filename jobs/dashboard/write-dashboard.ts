import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";

import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { Session } from "../duckdb.ts";
import { bundle } from "./bundle.ts";
import { dashboardPage } from "./page.ts";
import { readModel } from "./read-model.ts";
import { readRunFacts } from "./run-facts.ts";

export const dashboardName = "dashboard.html";

/** What a process leaves that is killed while it writes one. */
export const dashboardDraft = /^dashboard\.html\.\d+\.next$/;

/**
 * Writes the dashboard of a version beside its tables.
 *
 * @param root folder of the version, with the tables of marts and ops
 * @returns the file
 */
export async function writeDashboard(
  session: Session,
  catalog: Catalog,
  root: string,
): Promise<string> {
  const file = path.join(root, dashboardName);
  const next = `${file}.${process.pid}.next`;
  const model = await readModel(session, catalog, root);
  const facts = await readRunFacts(session, catalog, root);
  const tables = new Map(catalog.tables.map((table) => [table.id, table]));
  try {
    await writeFile(next, dashboardPage({ model, tables, facts, ...(await bundle()) }));
    // Whoever has the old one open reads it to its end.
    await rename(next, file);
  } finally {
    await rm(next, { force: true });
  }
  return file;
}
