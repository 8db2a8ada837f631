import { heatmap } from "./heatmap.ts";
import type { Row, TileModel } from "./model.ts";
import { overTime } from "./over-time.ts";
import type { ChartOption } from "./parts.ts";
import { ranking } from "./ranking.ts";
import { font, type Theme } from "./theme.ts";

/** A tile's chart, as ECharts draws it. The rows stand in the order of the tile's `sort`. */
export function chartOption(tile: TileModel, rows: readonly Row[], theme: Theme): ChartOption {
  const drawn =
    tile.chart === "heatmap"
      ? heatmap(tile, rows, theme)
      : tile.facts[tile.y[0] ?? ""]?.kind === "text"
        ? ranking(tile, rows, theme)
        : overTime(tile, rows, theme);
  return {
    animation: false,
    textStyle: { fontFamily: font, color: theme.text },
    color: [...theme.series],
    ...drawn,
  };
}
