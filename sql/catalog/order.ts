import { MarqueeError } from "../../errors.ts";
import type { Layer, Table } from "./types.ts";

/** What a layer may read: data flows one way, from the raw files to the answers. */
const readable: Record<Layer, readonly string[]> = {
  staging: ["raw"],
  core: ["staging", "core"],
  marts: ["staging", "core", "marts"],
  ops: [],
};

/** Refuses a table that reads against the flow: a mart read by core, a raw file read by a mart. */
export function expectFlow(table: Table): void {
  for (const read of table.reads) {
    const layer = read.split(".")[0] ?? "";
    if (!readable[table.layer].includes(layer)) {
      throw new MarqueeError({
        reason: "catalog",
        what: `sql/${table.selectFile ?? table.file}: ${table.id} reads ${read}`,
        next: `A table of ${table.layer} may read ${readable[table.layer].join(", ")} only`,
      });
    }
  }
}

/**
 * Orders tables so that each stands behind all that it reads; otherwise by layer and name, so
 * that the order never depends on the file system.
 *
 * @throws MarqueeError (catalog) naming the tables of a cycle
 */
export function inDependencyOrder(tables: readonly Table[]): Table[] {
  const byId = new Map(tables.map((table) => [table.id, table]));
  const ordered = new Set<Table>();

  const visit = (table: Table, path: readonly Table[]): void => {
    if (ordered.has(table)) return;
    if (path.includes(table)) {
      const cycle = [...path.slice(path.indexOf(table)), table].map(({ id }) => id);
      throw new MarqueeError({
        reason: "catalog",
        what: `sql/${table.selectFile ?? table.file}: tables read each other in a circle: ${cycle.join(" -> ")}`,
        next: "Take one of these reads out",
      });
    }
    for (const read of table.reads) {
      const source = byId.get(read);
      if (source !== undefined) visit(source, [...path, table]);
    }
    ordered.add(table);
  };

  for (const table of tables) visit(table, []);
  return [...ordered];
}
