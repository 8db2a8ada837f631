import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

// What options.ts asks for, and nothing else, so that no more is bundled.
use([
  ...[BarChart, HeatmapChart, LineChart],
  ...[GridComponent, LegendComponent, TooltipComponent, VisualMapComponent],
  SVGRenderer,
]);

export { type EChartsType, init } from "echarts/core";
