import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { Source, Table } from "../../sql/catalog/types.ts";
import type { SourceAccount } from "../prepare/account.ts";

/**
 * Says which answers are empty or partial, and for want of which sources: one sentence for all
 * tables that miss the same ones. A table does not miss a source for which others stand in, as long
 * as it reads those and they are there.
 *
 * @param rows how many each table has, by its id
 */
export function remarksOn(
  { sources, tables }: Catalog,
  accounts: readonly SourceAccount[],
  rows: ReadonlyMap<string, number>,
): string[] {
  const present = new Set(accounts.filter(({ kept }) => kept > 0).map(({ source }) => source));

  const groups = new Map<string, { empty: string[]; partial: string[] }>();
  for (const [table, reads] of sourcesOf(tables)) {
    if (!isAnswer(table, tables)) continue;
    const wants = sources
      .filter((source) => reads.has(source.name) && isMissed(source, present, reads))
      .map(({ name }) => name);
    if (wants.length === 0) continue;
    const group = groups.get(wants.join(", ")) ?? { empty: [], partial: [] };
    (rows.get(table.id) === 0 ? group.empty : group.partial).push(table.id);
    groups.set(wants.join(", "), group);
  }
  return [...groups].map(([wants, { empty, partial }]) => {
    const parts = [said(empty, "empty"), said(partial, "partial")].filter((part) => part !== "");
    return `without ${wants}: ${parts.join("; ")}`;
  });
}

function isMissed(
  { name, stoodInBy }: Source,
  present: ReadonlySet<string>,
  read: ReadonlySet<string>,
): boolean {
  if (present.has(name)) return false;
  return (
    stoodInBy.length === 0 || !stoodInBy.every((other) => present.has(other) && read.has(other))
  );
}

/** The raw sources behind every table; tables stand in dependency order. */
function sourcesOf(tables: readonly Table[]): Map<Table, Set<string>> {
  const byId = new Map<string, Set<string>>();
  return new Map(
    tables.map((table) => {
      const sources = table.reads.flatMap((read) =>
        read.startsWith("raw.") ? [read.slice("raw.".length)] : [...(byId.get(read) ?? [])],
      );
      const distinct = new Set(sources);
      byId.set(table.id, distinct);
      return [table, distinct] as const;
    }),
  );
}

/** A mart, or a table that nothing else is made of. */
function isAnswer(table: Table, tables: readonly Table[]): boolean {
  return table.layer === "marts" || !tables.some(({ reads }) => reads.includes(table.id));
}

function said(ids: readonly string[], what: string): string {
  if (ids.length === 0) return "";
  return `${ids.join(", ")} ${ids.length === 1 ? "is" : "are"} ${what}`;
}
