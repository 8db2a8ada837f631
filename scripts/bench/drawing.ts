import { LineChart, type LineSeriesOption } from "echarts/charts";
import {
  GridComponent,
  type GridComponentOption,
  LegendComponent,
  type LegendComponentOption,
  TitleComponent,
  type TitleComponentOption,
} from "echarts/components";
import { type ComposeOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

import { still } from "../drawing/still.ts";
import type { DrawnPoint } from "./growth.ts";

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

type Option = ComposeOption<
  LineSeriesOption | GridComponentOption | LegendComponentOption | TitleComponentOption
>;

/** Nothing is drawn behind, so that the page's own colour shows. */
const shades = {
  light: { text: "#3d444d", faint: "#d1d9e0", pipeline: "#0b62c4", floor: "#7d8590" },
  dark: { text: "#c9d1d9", faint: "#3d444d", pipeline: "#6cb2ff", floor: "#8b949e" },
};

type Shade = keyof typeof shades;

const [width, height] = [860, 400];
const font = "Helvetica, Arial, sans-serif";

/** Seconds and memory over the number of ratings, side by side, as SVG. */
export function drawing(points: readonly DrawnPoint[], shade: Shade): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption(optionOf(points, shade));
  const svg = chart.renderToSVGString();
  chart.dispose();
  return still(svg);
}

function optionOf(points: readonly DrawnPoint[], shade: Shade): Option {
  const { text, faint, pipeline, floor } = shades[shade];
  const line = (name: string, panel: number, color: string, data: Place[]): LineSeriesOption => ({
    name,
    type: "line",
    xAxisIndex: panel,
    yAxisIndex: panel,
    data,
    symbol: "circle",
    symbolSize: 7,
    lineStyle: { width: 2 },
    itemStyle: { color },
    silent: true,
  });
  const axis = {
    axisLine: { lineStyle: { color: faint } },
    axisTick: { show: false },
    axisLabel: { color: text, fontFamily: font },
    splitLine: { lineStyle: { color: faint, width: 0.5 } },
  };
  // Without its line, which would run through the first point's value.
  const upright = { ...axis, axisLine: { show: false } };
  const ratings = (panel: number) => ({
    ...axis,
    type: "log" as const,
    gridIndex: panel,
    ...decadesAround(points.map((point) => point.ratings)),
    name: "million ratings",
    nameLocation: "middle" as const,
    nameGap: 30,
    nameTextStyle: { color: text, fontFamily: font },
    axisLabel: { ...axis.axisLabel, formatter: inMillions },
    splitLine: { show: false },
  });
  const heading = (left: number, words: string) => ({
    text: words,
    left,
    top: 8,
    textStyle: { color: text, fontFamily: font, fontSize: 14, fontWeight: "normal" as const },
  });
  // A logarithmic axis is hard to read between its lines.
  const value = { show: true, color: text, fontFamily: font, fontSize: 11, formatter: inSeconds };
  return {
    animation: false,
    textStyle: { fontFamily: font },
    title: [heading(52, "Seconds for a whole run"), heading(482, "Most memory at once, GB")],
    legend: {
      bottom: 0,
      data: ["Marquee", "DuckDB alone"],
      itemWidth: 18,
      itemGap: 24,
      textStyle: { color: text, fontFamily: font },
    },
    grid: [
      { left: 60, width: 340, top: 56, bottom: 82 },
      { left: 490, width: 340, top: 56, bottom: 82 },
    ],
    xAxis: [ratings(0), ratings(1)],
    yAxis: [
      { ...upright, type: "log", gridIndex: 0, ...decadesAround(secondsOf(points)) },
      { ...upright, type: "value", gridIndex: 1, min: 0 },
    ],
    series: [
      {
        ...line("DuckDB alone", 0, floor, floorPlaces(points, seconds)),
        label: { ...value, position: "bottom" },
      },
      {
        ...line("Marquee", 0, pipeline, pipelinePlaces(points, seconds)),
        label: { ...value, position: "top" },
      },
      line("DuckDB alone", 1, floor, floorPlaces(points, gigabytes)),
      line("Marquee", 1, pipeline, pipelinePlaces(points, gigabytes)),
    ],
  };
}

type Place = [ratings: number, value: number];
type Figures = DrawnPoint["pipeline"];

const seconds = (figures: Figures) => figures.seconds.median;
const gigabytes = ({ peak_memory_bytes: peak }: Figures) =>
  peak === null ? undefined : peak.median / 1e9;

function pipelinePlaces(
  points: readonly DrawnPoint[],
  valueOf: (figures: Figures) => number | undefined,
): Place[] {
  return points.flatMap(({ ratings, pipeline }) => placeOf(ratings, valueOf(pipeline)));
}

function floorPlaces(
  points: readonly DrawnPoint[],
  valueOf: (figures: Figures) => number | undefined,
): Place[] {
  return points.flatMap(({ ratings, floor }) =>
    floor === null ? [] : placeOf(ratings, valueOf(floor)),
  );
}

/** What was not measured is left out, not drawn as nothing. */
function placeOf(ratings: number, value: number | undefined): Place[] {
  return value === undefined ? [] : [[ratings, value]];
}

function secondsOf(points: readonly DrawnPoint[]): number[] {
  return points.flatMap(({ pipeline, floor }) =>
    floor === null ? [seconds(pipeline)] : [seconds(pipeline), seconds(floor)],
  );
}

/** Whole powers of ten: an axis that ends anywhere else has no label there. */
function decadesAround(values: readonly number[]): { min: number; max: number } {
  const min = 10 ** Math.floor(Math.log10(Math.min(...values)));
  const max = 10 ** Math.ceil(Math.log10(Math.max(...values)));
  return { min, max: Math.max(max, min * 10) };
}

function inSeconds({ value }: { value: unknown }): string {
  const [, taken] = value as Place;
  return taken.toLocaleString("en-US", { maximumFractionDigits: taken < 10 ? 1 : 0 });
}

function inMillions(ratings: number): string {
  return (ratings / 1e6).toLocaleString("en-US");
}
