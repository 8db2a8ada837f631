import type { Catalog } from "../../sql/catalog/catalog.ts";
import { identityOf, tablesWithTiles } from "../../sql/catalog/tiles.ts";
import type { Column, SortKey, Table, Tile } from "../../sql/catalog/types.ts";
import type { Session } from "../duckdb.ts";
import { showTable } from "../lake/table-files.ts";
import type { ColumnFacts, DashboardModel, Kind, TableModel, Value } from "./browser/model.ts";

/**
 * Rows of a table that are put into the page: whoever looks for more asks the warehouse. It keeps the
 * page below 5 MB for 26 million ratings and 45,000 films.
 */
const mostRows = 50_000;

/**
 * Reads what the dashboard shows from the tables of a version.
 *
 * @param root folder of the version or of the work that is to become one
 */
export async function readModel(
  session: Session,
  catalog: Catalog,
  root: string,
): Promise<DashboardModel> {
  const marts = tablesWithTiles(catalog);
  const tables: DashboardModel["tables"] = {};
  for (const table of marts) {
    await showTable(session, root, table);
    tables[table.id] = await readTable(session, table);
  }
  const tiles = marts.flatMap((table) =>
    table.tiles.map((tile, index) => {
      const { section, question, chart, x, y, colour, columns, filter, sort } = tile;
      const id = `${table.name}-${index + 1}`;
      const facts = factsOf(table, tile);
      const said = { section, question, chart, x, y, colour, columns, filter, sort };
      return { id, table: table.id, facts, ...said };
    }),
  );
  return { tables, tiles };
}

async function readTable(session: Session, table: Table): Promise<TableModel> {
  const names = columnsOf(table);
  const columns = table.columns.filter(({ name }) => names.has(name));
  const limit = limitOf(table);
  const order = orderOf(table).map(
    ({ column, direction }) => `"${column}" ${direction} nulls last`,
  );
  const rows = await session.table(`
    select ${columns.map(asValue).join(", ")} from ${table.id}
    order by ${order.join(", ")} ${limit === undefined ? "" : `limit ${limit}`}`);
  return {
    rows: await session.number(`select count(*) from ${table.id}`),
    shown: rows.length,
    values: Object.fromEntries(
      columns.map(({ name }, index) => [name, rows.map((row) => row[index] as Value)]),
    ),
  };
}

function columnsOf({ tiles }: Table): Set<string> {
  const shown = tiles.flatMap(({ x, y, colour, columns, filter, sort }) => [
    ...x,
    ...y,
    ...(colour === undefined ? [] : [colour]),
    ...columns,
    ...sort.map(({ column }) => column),
    // Two companies may be called alike: their number tells them apart.
    ...(filter === undefined ? [] : [filter, identityOf(filter)]),
  ]);
  return new Set(shown);
}

/** A chart needs all rows of its mart, also one of which a reader chooses a company's. */
function limitOf({ tiles }: Table): number | undefined {
  return tiles.every(({ chart }) => chart === "table") ? mostRows : undefined;
}

function orderOf({ tiles, key }: Table): SortKey[] {
  const said = tiles.find(({ sort }) => sort.length > 0)?.sort ?? [];
  const rest = key.filter((name) => !said.some(({ column }) => column === name));
  return [...said, ...rest.map((column) => ({ column, direction: "asc" as const }))];
}

/** No number of the marts is beyond what JavaScript holds exactly, and no page shows more digits. */
function asValue({ name, type }: Column): string {
  switch (type) {
    case "BIGINT":
      return `"${name}"::double`;
    case "DOUBLE":
      return `round("${name}", 4)`;
    case "DATE":
      return `strftime("${name}", '%Y-%m-%d')`;
    case "TIMESTAMP":
      return `strftime("${name}", '%Y-%m-%d %H:%M')`;
    case "BOOLEAN":
      return `case when "${name}" then 'yes' else 'no' end`;
    case "STRING":
      return `"${name}"`;
  }
}

function factsOf(table: Table, tile: Tile): Record<string, ColumnFacts> {
  const { x, y, colour, columns, filter } = tile;
  const others = [colour, filter].filter((name) => name !== undefined);
  const shown = new Set([...x, ...y, ...columns, ...others]);
  return Object.fromEntries(
    table.columns
      .filter(({ name }) => shown.has(name))
      .map((column) => {
        const { name, unit, description } = column;
        return [name, { label: labelOf(name), kind: kindOf(column), unit, description }];
      }),
  );
}

/** real_revenue_usd is called "Real revenue": the unit is told beside it. */
export function labelOf(name: string): string {
  const words = name.replace(/_usd$/, "").replaceAll("_", " ").replace(/ id$/, "");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function kindOf({ name, type, unit, range }: Column): Kind {
  if (type === "STRING" || type === "BOOLEAN") return "text";
  if (type === "DATE") return "day";
  if (type === "TIMESTAMP") return "instant";
  if (unit?.startsWith("US dollars") === true) return "money";
  if (unit !== undefined) return "amount";
  if (range?.min === 1 && range.max === 12) return "month";
  return /(^|_)year$/.test(name) ? "year" : "plain";
}
