import type { Row, TileModel } from "./model.ts";
import { forPeople } from "./numbers.ts";
import {
  categoryAxis,
  type ChartOption,
  label,
  number,
  tooltip,
  valueAxis,
  written,
} from "./parts.ts";
import type { Theme } from "./theme.ts";

/** Bars from the left, one a row, the longest names beside them. */
export function ranking(tile: TileModel, rows: readonly Row[], theme: Theme): ChartOption {
  const [measure = ""] = tile.x;
  const [name = ""] = tile.y;
  return {
    grid: { left: 8, right: 72, top: 8, bottom: 8, outerBoundsMode: "same" },
    tooltip: tooltip(theme, "item"),
    xAxis: { ...valueAxis(tile, rows, theme), show: false },
    yAxis: {
      ...categoryAxis(
        rows.map((row) => forPeople(row[name] ?? null, "text")),
        theme,
      ),
      inverse: true,
      axisLine: { show: false },
      axisLabel: { color: theme.text, fontSize: 12, interval: 0 },
    },
    series: [
      {
        type: "bar",
        name: label(tile, measure),
        data: rows.map((row) => number(row, measure)),
        barCategoryGap: "28%",
        itemStyle: { borderRadius: [0, 2, 2, 0] },
        label: {
          show: true,
          position: "right",
          color: theme.muted,
          fontSize: 12,
          formatter: ({ value }) => written(tile, measure, value),
        },
        tooltip: { valueFormatter: (value) => written(tile, measure, value) },
      },
    ],
  };
}
