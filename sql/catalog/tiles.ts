import type { TableDeclaration } from "./declaration.ts";
import type { Column, Table, Tile } from "./types.ts";

/**
 * Completes a table's tiles: each shows only columns that the table has, in a chart that can show
 * them, with the unit of every number on an axis or a colour.
 */
export function tilesOf(
  declaration: TableDeclaration,
  columns: Column[],
  expectColumns: (place: string, used: readonly string[]) => void,
  refuse: (what: string) => never,
): Tile[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return declaration.tiles.map((said, index) => {
    const place = `tile ${String(index + 1)}`;
    const { sort } = said;
    const colour = said.colour === undefined ? [] : [said.colour];
    const filter = said.filter === undefined ? [] : [said.filter];
    const shown = [...said.x, ...said.y, ...colour, ...said.columns];
    expectColumns(place, [...shown, ...filter, ...sort.map((key) => key.column)]);

    const table = said.chart === "table";
    if (table && said.columns.length === 0) refuse(`${place} is a table without columns`);
    if (!table && (said.x.length === 0 || said.y.length === 0))
      refuse(`${place} needs an x and a y`);
    if (said.chart === "heatmap" && colour.length === 0)
      refuse(`${place} is a heatmap without a colour`);

    if (!table) expectAxes(said, place, byName, refuse);
    if (said.filter !== undefined && !declaration.key.includes(identityOf(said.filter)))
      refuse(
        `${place} filters by "${said.filter}", but ${identityOf(said.filter)} is not of the key`,
      );

    // A measure without a unit would be a bare number on the screen.
    const measures = said.chart === "heatmap" ? colour : said.chart === "bar" ? [] : said.y;
    for (const name of measures) {
      const column = byName.get(name);
      const isNumber = column?.type === "DOUBLE" || column?.type === "BIGINT";
      if (isNumber && column.unit === undefined)
        refuse(`${place} measures "${name}", which has no unit`);
    }

    const units = shown.flatMap((name) => {
      const unit = byName.get(name)?.unit;
      return unit === undefined ? [] : [[name, unit] as const];
    });
    return {
      section: said.section,
      question: said.question ?? declaration.question,
      chart: said.chart,
      x: said.x,
      y: said.y,
      colour: said.colour,
      columns: said.columns,
      filter: said.filter,
      sort,
      units: Object.fromEntries(units),
    };
  });
}

/** The tables that have something to show. */
export function tablesWithTiles({ tables }: { tables: readonly Table[] }): Table[] {
  return tables.filter(({ tiles }) => tiles.length > 0);
}

/** The column that tells two of a filter's values apart that are called alike. */
export function identityOf(filter: string): string {
  return `${filter}_id`;
}

/** An axis has numbers on it; only a ranking has names, upright. Two columns are a year and a month. */
function expectAxes(
  { chart, x, y }: TableDeclaration["tiles"][number],
  place: string,
  byName: ReadonlyMap<string, Column>,
  refuse: (what: string) => never,
): void {
  const isNumber = (name: string): boolean =>
    ["BIGINT", "DOUBLE"].includes(byName.get(name)?.type ?? "");
  const [first = "", second] = x;
  if (!x.every(isNumber))
    refuse(`${place} has "${first}" on its x axis: names stand on y, and their measure on x`);
  const hasNames = y.some((name) => !isNumber(name));
  if (hasNames && !["bar", "heatmap"].includes(chart))
    refuse(`${place} has a name on its y axis, which a ${chart} cannot show`);
  const isMonth = second === undefined || byName.get(second)?.range?.max === 12;
  if (x.length > 2 || !isMonth)
    refuse(`${place} has several columns on its x axis that are no year and month`);
}
