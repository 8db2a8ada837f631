import { labelsOf, xAxisOf } from "./axes.ts";
import type { Row, TileModel } from "./model.ts";
import { forPeople } from "./numbers.ts";
import {
  axisLabel,
  categoryAxis,
  type ChartOption,
  label,
  number,
  quantile,
  tooltip,
  written,
} from "./parts.ts";
import { font, type Theme } from "./theme.ts";

/** A field of colours, the low ones faint. */
export function heatmap(tile: TileModel, rows: readonly Row[], theme: Theme): ChartOption {
  const { places, placeOf } = xAxisOf(tile, rows);
  const rowName = tile.y[0] ?? "";
  const colour = tile.colour ?? "";
  const isYears = tile.facts[rowName]?.kind === "year";
  const names = [...new Set(rows.map((row) => row[rowName] ?? ""))]
    .sort((a, b) => (isYears ? Number(b) - Number(a) : String(b).localeCompare(String(a))))
    .map((value) => forPeople(value, "plain"));
  const values = rows.map((row) => number(row, colour)).filter((value) => value !== null);
  // A few extremes must not make all else look alike.
  const [least, most] = [quantile(values, 0.02), quantile(values, 0.98)];
  return {
    grid: { left: 8, right: 16, top: 8, bottom: 52, outerBoundsMode: "same" },
    tooltip: {
      ...tooltip(theme, "item"),
      formatter: (at) => {
        const [x, y, value] = (Array.isArray(at) ? at[0] : at)?.value as [string, string, number];
        return `${y}, ${x}: ${written(tile, colour, value)}`;
      },
    },
    xAxis: {
      ...categoryAxis(places, theme),
      axisLine: { show: false },
      axisLabel: { ...axisLabel(theme), ...labelsOf(tile, places) },
    },
    yAxis: { ...categoryAxis(names, theme), axisLine: { show: false } },
    visualMap: {
      min: least,
      max: most,
      dimension: 2,
      orient: "horizontal",
      left: "center",
      bottom: 0,
      itemHeight: 160,
      itemWidth: 10,
      inRange: { color: [...theme.scale] },
      text: [written(tile, colour, most), written(tile, colour, least)],
      textStyle: { color: theme.muted, fontFamily: font },
    },
    series: [
      {
        type: "heatmap",
        name: label(tile, colour),
        data: rows
          .map((row) => [
            placeOf(row),
            forPeople(row[rowName] ?? null, "plain"),
            number(row, colour),
          ])
          .filter((cell): cell is [string, string, number] => cell[2] !== null),
        itemStyle: { borderColor: theme.surface, borderWidth: 1 },
      },
    ],
  };
}
