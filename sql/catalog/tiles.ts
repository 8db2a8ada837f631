import type { TableDeclaration } from "./declaration.ts";
import type { Column, Tile } from "./types.ts";

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
