import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { Source, Table } from "../../sql/catalog/types.ts";
import type { MadeTable } from "../engine/engine.ts";
import type { SourceAccount } from "../prepare/account.ts";

/**
 * Says for each source that gave no record which answers are empty or partial for want of it.
 * A source for which others stand in is not missed while they are there.
 */
export function remarksOn(
  { sources, tables }: Catalog,
  accounts: readonly SourceAccount[],
  loaded: readonly MadeTable[],
): string[] {
  const present = new Set(accounts.filter(({ kept }) => kept > 0).map(({ source }) => source));
  const rows = new Map(loaded.map((made) => [made.table.id, made.rows]));

  return sources
    .filter((source) => isMissed(source, present))
    .map((source) => {
      const dependent = dependentsOf(`raw.${source.name}`, tables);
      const marts = dependent.filter((table) => table.layer === "marts");
      const answers = marts.length > 0 ? marts : dependent;
      const empty = answers.filter((table) => rows.get(table.id) === 0);
      const partial = answers.filter((table) => !empty.includes(table));
      const parts = [said(empty, "empty"), said(partial, "partial")].filter((part) => part !== "");
      return `without ${source.name}: ${parts.join("; ")}`;
    });
}

function isMissed(source: Source, present: ReadonlySet<string>): boolean {
  if (present.has(source.name)) return false;
  const { stoodInBy } = source;
  return stoodInBy.length === 0 || !stoodInBy.every((name) => present.has(name));
}

/** All tables that read it, directly or by way of others; tables stand in dependency order. */
function dependentsOf(id: string, tables: readonly Table[]): Table[] {
  const reached = new Set([id]);
  return tables.filter((table) => {
    const depends = table.reads.some((read) => reached.has(read));
    if (depends) reached.add(table.id);
    return depends;
  });
}

function said(tables: readonly Table[], what: string): string {
  if (tables.length === 0) return "";
  const names = tables.map(({ id }) => id).join(", ");
  return `${names} ${tables.length === 1 ? "is" : "are"} ${what}`;
}
