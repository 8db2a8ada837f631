import { type Axis, labelsOf, xAxisOf } from "./axes.ts";
import type { Row, TileModel } from "./model.ts";
import { forPeople } from "./numbers.ts";
import {
  axisLabel,
  categoryAxis,
  type ChartOption,
  label,
  legend,
  number,
  type Series,
  tooltip,
  valueAxis,
  written,
} from "./parts.ts";
import type { Theme } from "./theme.ts";

/** So many are told apart by colour; more would be a rainbow. */
const mostGroups = 7;

/** Lines or upright bars over an axis of years, months or buckets. */
export function overTime(tile: TileModel, rows: readonly Row[], theme: Theme): ChartOption {
  const axis = xAxisOf(tile, rows);
  const { colour } = tile;
  const [y = ""] = tile.y;
  const isStacked = colour !== undefined && tile.facts[colour]?.kind === "text";
  const series = isStacked
    ? groupsOf(rows, colour, y).map(([name, some]) => ({
        ...bars(tile, { name, column: y, stack: "all" }, sumsOn(axis, some, y)),
        ...(name === others && { itemStyle: { color: theme.muted } }),
      }))
    : tile.y.map((column) => {
        const named = { name: label(tile, column), column };
        const data = sumsOn(axis, rows, column);
        return tile.chart === "line" ? line(tile, named, data) : bars(tile, named, data);
      });
  // A colour that is no name tells no series apart: it says where a bar stands, as a month's quarter.
  if (colour !== undefined && !isStacked) paint(series, colour, rows, axis, theme);
  const hasNames = series.length > 1;
  return {
    grid: { left: 8, right: 16, top: hasNames ? 44 : 16, bottom: 8, outerBoundsMode: "same" },
    ...(hasNames && { legend: legend(theme) }),
    tooltip: tooltip(theme, "axis"),
    xAxis: {
      ...categoryAxis(axis.places, theme),
      axisLabel: { ...axisLabel(theme), ...labelsOf(tile, axis.places) },
    },
    yAxis: valueAxis(tile, rows, theme),
    series,
  };
}

/** A value for each place: of rows that share one, their sum; null where there is no row. */
function sumsOn({ places, placeOf }: Axis, rows: readonly Row[], column: string): Data {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const value = number(row, column);
    if (value !== null) sums.set(placeOf(row), (sums.get(placeOf(row)) ?? 0) + value);
  }
  return places.map((place) => sums.get(place) ?? null);
}

type Data = (number | null)[];

interface Named {
  name: string;
  column: string;
  stack?: string;
}

function line(tile: TileModel, { name, column }: Named, data: Data): Series {
  const isLong = data.length > 60;
  return {
    type: "line",
    name,
    // A value between two gaps would be a line without length.
    data: data.map((value, index) => {
      const isAlone = (data[index - 1] ?? null) === null && (data[index + 1] ?? null) === null;
      return { value, symbol: !isLong || isAlone ? "circle" : "none" };
    }),
    symbolSize: isLong ? 3 : 5,
    showAllSymbol: true,
    lineStyle: { width: isLong ? 1.5 : 2 },
    tooltip: { valueFormatter: (value) => written(tile, column, value) },
  };
}

function bars(tile: TileModel, { name, column, stack }: Named, data: Data): Series {
  return {
    type: "bar",
    name,
    data,
    ...(stack !== undefined && { stack }),
    barCategoryGap: tile.chart === "histogram" ? "6%" : "24%",
    tooltip: { valueFormatter: (value) => written(tile, column, value) },
  };
}

/** Gives each bar the colour of its row. */
function paint(
  series: Series[],
  colour: string,
  rows: readonly Row[],
  { places, placeOf }: Axis,
  theme: Theme,
): void {
  const kinds = [...new Set(rows.map((row) => row[colour] ?? null))];
  const colours = new Map(
    rows.map((row) => [placeOf(row), theme.series[kinds.indexOf(row[colour] ?? null)]]),
  );
  for (const drawn of series) {
    const data = drawn.data as Data;
    drawn.data = data.map((value, index) => ({
      value,
      itemStyle: { color: colours.get(places[index] ?? "") ?? theme.muted },
    }));
  }
}

/** The largest first, so that it lies at the bottom of a stack; the least ones together. */
function groupsOf(rows: readonly Row[], column: string, measure: string): [string, Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = forPeople(row[column] ?? null, "plain");
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [row]);
    else known.push(row);
  }
  const sizeOf = (some: readonly Row[]): number =>
    some.reduce((sum, row) => sum + (number(row, measure) ?? 0), 0);
  const sorted = [...groups].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
  const rest = sorted.slice(mostGroups);
  const named = sorted.slice(0, mostGroups);
  return rest.length === 0 ? named : [...named, [others, rest.flatMap(([, some]) => some)]];
}

const others = "All others";
