import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { Chart, Table, Tile } from "../../sql/catalog/types.ts";
import { tablesWithTiles } from "../../sql/catalog/tiles.ts";

const chartNames: Record<Chart, string> = {
  line: "Time series or line chart",
  bar: "Bar chart",
  histogram: "Column chart",
  heatmap: "Pivot table with heat map",
  table: "Table",
};

/** A page of Markdown that says how to build the report of Looker Studio once, tile by tile. */
export function lookerPage(catalog: Catalog): string {
  return [
    "# The report in Looker Studio",
    "Written by `npm run docs` from the tiles declared in sql/marts; change those, not this page.",
    "The report is built once by hand, over any project that has the tables. From then on one link opens " +
      "a copy of it over other tables:",
    "```sh\nnpm run dashboard -- --looker --env dev --template REPORT\n```",
    "`REPORT` is the id in the report's address, behind `/reporting/`. Kept as `looker_report` in the " +
      "environment's settings it need not be said again, and every run there ends with the link. Without " +
      "either the command tells one link for each table, which begins a report over it. Project and dataset " +
      "are the environment's; `--looker PROJECT` and `--dataset NAME` take others. Looker Studio was renamed " +
      "Data Studio in 2026: should the old address stop to redirect, name the new one with `--host`.",
    "## Data sources",
    "Add each of these tables of the dataset of the marts, which dev has as `marquee_dev_marts` " +
      "(PREFIX_ENV_marts, by `prefix` in the settings), with the BigQuery connector, and set its alias " +
      "(Resource, Manage added data sources) to the name given here: the link finds it by that.",
    [
      "| alias and table | answers |",
      "| --- | --- |",
      ...tablesWithTiles(catalog).map(sourceRow),
    ].join("\n"),
    "## Tiles",
    "Looker Studio adds metrics up unless told otherwise: for averages, medians and ranks set the " +
      "aggregation of the field to Average. Two companies may share a name: choose by `company` together " +
      "with `company_id`.",
    ...tablesWithTiles(catalog).flatMap((table) =>
      table.tiles.map((tile) => tilePart(table, tile)),
    ),
  ].join("\n\n");
}

function sourceRow({ name, question }: Table): string {
  return `| ${name} | ${question} |`;
}

function tilePart({ name, leavesOut }: Table, tile: Tile): string {
  const { chart, x, y, columns, colour, filter, sort, units } = tile;
  const withUnit = (column: string): string =>
    units[column] === undefined ? `\`${column}\`` : `\`${column}\` (${units[column]})`;
  const list = (names: readonly string[]): string => names.map(withUnit).join(", ");
  // A ranking has its names upright and its measure across.
  const isRanking = chart === "bar" && y.every((column) => units[column] === undefined);
  const [dimensions, metrics] = isRanking ? [y, x] : [x, y];
  const facts = [
    ["Chart", chartNames[chart]],
    ["Data source", `\`${name}\``],
    ["Columns", list(columns)],
    ["Dimension", list(dimensions.concat(chart === "heatmap" ? metrics : []))],
    ["Metric", list(chart === "heatmap" ? (colour === undefined ? [] : [colour]) : metrics)],
    ["Breakdown", chart === "heatmap" || colour === undefined ? "" : list([colour])],
    ["Control", filter === undefined ? "" : `Drop-down list over \`${filter}\``],
    ["Sort", sort.map(({ column, direction }) => `\`${column}\` ${direction}`).join(", ")],
    ["Left out", leavesOut ?? ""],
  ];
  const told = facts
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `- ${key}: ${value}`);
  return [`### ${tile.question}`, told.join("\n")].join("\n\n");
}
