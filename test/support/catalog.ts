import { type Catalog, loadCatalog } from "../../sql/catalog/catalog.ts";
import type { Table } from "../../sql/catalog/types.ts";

let loaded: Promise<Catalog> | undefined;

/** The project's own catalogue, read once for all tests. */
export function catalog(): Promise<Catalog> {
  loaded ??= loadCatalog();
  return loaded;
}

export async function tableOf(id: string): Promise<Table> {
  const table = (await catalog()).tables.find((candidate) => candidate.id === id);
  if (table === undefined) throw new Error(`no table ${id}`);
  return table;
}
