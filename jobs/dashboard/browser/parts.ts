import type { BarSeriesOption, HeatmapSeriesOption, LineSeriesOption } from "echarts/charts";
import type {
  GridComponentOption,
  LegendComponentOption,
  TooltipComponentOption,
  VisualMapComponentOption,
} from "echarts/components";
import type { ComposeOption } from "echarts/core";

import type { Row, TileModel } from "./model.ts";
import { forPeople } from "./numbers.ts";
import { font, type Theme } from "./theme.ts";

export type ChartOption = ComposeOption<
  | BarSeriesOption
  | HeatmapSeriesOption
  | LineSeriesOption
  | GridComponentOption
  | LegendComponentOption
  | TooltipComponentOption
  | VisualMapComponentOption
>;

export type Series = BarSeriesOption | HeatmapSeriesOption | LineSeriesOption;

/** The value below which so large a share of them lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * share)] ?? 0;
}

export function number(row: Row, column: string): number | null {
  const value = row[column];
  return typeof value === "number" ? value : null;
}

export function written(tile: TileModel, column: string, value: unknown): string {
  const known = Array.isArray(value) ? (value.at(-1) as unknown) : value;
  return forPeople(typeof known === "number" ? known : null, tile.facts[column]?.kind ?? "amount");
}

export function label(tile: TileModel, column: string): string {
  return tile.facts[column]?.label ?? column;
}

/** As text alone: a name in the data must never become part of the page. */
export function tooltip(theme: Theme, trigger: "axis" | "item"): TooltipComponentOption {
  return {
    trigger,
    renderMode: "richText",
    confine: true,
    backgroundColor: theme.surface,
    borderColor: theme.line,
    textStyle: { color: theme.text, fontFamily: font, fontSize: 12 },
    axisPointer: { type: "line", lineStyle: { color: theme.muted } },
  };
}

export function legend(theme: Theme): LegendComponentOption {
  return {
    type: "scroll",
    top: 4,
    left: 4,
    itemWidth: 14,
    itemHeight: 8,
    itemGap: 16,
    textStyle: { color: theme.text, fontFamily: font, fontSize: 12 },
    pageTextStyle: { color: theme.muted },
    pageIconColor: theme.text,
    pageIconInactiveColor: theme.line,
  };
}

export function axisLabel(theme: Theme): { color: string; fontSize: number; hideOverlap: boolean } {
  return { color: theme.muted, fontSize: 12, hideOverlap: true };
}

export function categoryAxis(data: string[], theme: Theme) {
  return {
    type: "category" as const,
    data,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: theme.line } },
    axisLabel: axisLabel(theme),
    splitLine: { show: false },
  };
}

export function valueAxis(tile: TileModel, rows: readonly Row[], theme: Theme) {
  const [column = ""] = tile.y;
  const values = tile.y.flatMap((name) => rows.map((row) => number(row, name) ?? []).flat());
  // Where a line moves within a narrow band, from zero on all would look alike; bars begin at zero.
  const isNarrow = values.length > 0 && quantile(values, 0) > quantile(values, 1) / 2;
  return {
    type: "value" as const,
    scale: tile.chart === "line" && isNarrow,
    splitNumber: 4,
    axisLabel: { ...axisLabel(theme), formatter: (value: number) => written(tile, column, value) },
    splitLine: { lineStyle: { color: theme.line, width: 1 } },
  };
}
