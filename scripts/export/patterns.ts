import { MarqueeError } from "../../errors.ts";
import type { Table } from "../../sql/catalog/types.ts";

/**
 * The tables whose ids match one pattern or more, in the catalogue's order.
 *
 * @param patterns ids such as core.movies, in which * stands for any characters
 * @throws MarqueeError (usage) for a pattern that no table matches, naming those that there are
 */
export function chosenTables(tables: readonly Table[], patterns: readonly string[]): Table[] {
  const chosen = new Set<Table>();
  for (const pattern of patterns) {
    const expression = expressionOf(pattern);
    const matching = tables.filter(({ id }) => expression.test(id));
    if (matching.length === 0) throw nothingMatches(tables, pattern);
    for (const table of matching) chosen.add(table);
  }
  return tables.filter((table) => chosen.has(table));
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

function nothingMatches(tables: readonly Table[], pattern: string): MarqueeError {
  const layer = pattern.split(".")[0] ?? "";
  const nearby = tables.filter((table) => table.layer === layer).map(({ id }) => id);
  const layers = [...new Set(tables.map((table) => `${table.layer}.*`))];
  return new MarqueeError({
    reason: "usage",
    what: `--tables: no table is called "${pattern}"`,
    next:
      nearby.length > 0
        ? `The tables of ${layer} are ${nearby.join(", ")}`
        : `Name layer.table, or all tables of a layer: ${layers.join(", ")}`,
  });
}
