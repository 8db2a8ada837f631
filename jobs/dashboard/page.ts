import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

import { type Section, sections, type Table } from "../../sql/catalog/types.ts";
import type { DashboardModel, TableModel, TileModel } from "./browser/model.ts";
import { forPeople } from "./browser/numbers.ts";
import { escaped } from "./html.ts";
import type { RunFacts } from "./run-facts.ts";
import { runSection } from "./run-section.ts";

export interface Page {
  model: DashboardModel;
  /** Declarations of the tables behind the tiles. */
  tables: ReadonlyMap<string, Table>;
  facts: RunFacts | undefined;
  /** The program and the style of the page. */
  script: string;
  style: string;
}

const titles: Record<Section, string> = {
  ratings: "Ratings",
  films: "Films",
  genres: "Genres",
  money: "Money",
  companies: "Companies",
};

/** The dashboard as one file that needs no other and asks nobody for anything. */
export function dashboardPage({ model, tables, facts, script, style }: Page): string {
  const isSynthetic = facts?.synthetic ?? false;
  const parts = sections.flatMap((section) => {
    const tiles = model.tiles.filter((tile) => tile.section === section).sort(chartsFirst);
    return tiles.length === 0 ? [] : [sectionOf(section, tiles, model, tables)];
  });
  const links = sections.map((name) => `<a href="#${name}">${titles[name]}</a>`);
  const program = script.replaceAll("</script", "<\\/script");
  // Nothing may be fetched and nothing else be run, also by what a film's title might try.
  const policy = [
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'",
    `script-src 'sha256-${sha256(program)}'`,
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Marquee: the answers</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#ratings">To the answers</a>
${isSynthetic ? '<p class="synthetic" role="note"><strong>Synthetic data.</strong> Made up in the shape of the real files: no answer here is true.</p>' : ""}
<header>
<h1>Marquee</h1>
<p>${freshness(facts)}</p>
<nav aria-label="Sections">${[...links, '<a href="#run">The run</a>'].join("")}</nav>
</header>
<main>
<noscript><p>The charts are drawn by the browser: allow scripts for this file.</p></noscript>
${parts.join("\n")}
${runSection(facts)}
</main>
<footer><p>Years, months and instants are those of UTC. Amounts are US dollars.</p></footer>
<script type="text/plain" id="model">${gzipSync(JSON.stringify(model), { level: 9 }).toString("base64")}</script>
<script>${program}</script>
</body>
</html>
`;
}

/** Then by the alphabet of the tables; the tiles of one stay in their order. */
function chartsFirst(one: TileModel, other: TileModel): number {
  const [first, second] = [one, other].map(({ chart }) => Number(chart === "table"));
  return (first ?? 0) - (second ?? 0) || one.table.localeCompare(other.table);
}

/** What needs room to the right: fields of colours, and months through the years. */
function needsRoom({ chart, x, filter }: TileModel): boolean {
  return filter === undefined && (chart === "heatmap" || x.length > 1);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

function freshness(facts: RunFacts | undefined): string {
  if (facts === undefined) return "No run has told of itself yet.";
  const { newestRating, finishedAt, sources } = facts;
  const newest =
    newestRating === undefined
      ? "No ratings"
      : `Ratings up to <time datetime="${newestRating}">${newestRating}</time>`;
  return `${newest} · made ${escaped(finishedAt)} UTC from ${escaped(sources)}`;
}

function sectionOf(
  section: Section,
  tiles: readonly TileModel[],
  model: DashboardModel,
  tables: Page["tables"],
): string {
  const halves = tiles.filter((tile) => !needsRoom(tile));
  const figures = tiles.map((tile) => {
    // The last of an odd number would stand beside nothing.
    const isWide = needsRoom(tile) || (halves.length % 2 === 1 && tile === halves.at(-1));
    return tileOf(tile, tables.get(tile.table), model.tables[tile.table], isWide);
  });
  return `<section id="${section}" aria-labelledby="${section}-title">
<h2 id="${section}-title">${titles[section]}</h2>
<div class="tiles">${figures.join("\n")}</div>
</section>`;
}

function tileOf(
  tile: TileModel,
  table: Table | undefined,
  data: TableModel | undefined,
  isWide: boolean,
): string {
  const explanation = table?.description;
  return `<article class="tile${isWide ? " wide" : ""}" id="${tile.id}" aria-labelledby="${tile.id}-title">
<h3 id="${tile.id}-title">${escaped(tile.question)}</h3>
<p class="unit">${escaped(unitsOf(tile))}</p>
${explanation === undefined ? "" : `<p class="explanation">${escaped(explanation)}</p>`}
<div class="body">${hasValues(tile, data) ? "" : `<p class="empty">${escaped(whyEmpty(table))}</p>`}</div>
<p class="source"><code>${escaped(tile.table)}</code> · ${rowsBehind(data)}${
    table?.leavesOut === undefined ? "" : `<br>Left out: ${escaped(lowerFirst(table.leavesOut))}`
  }</p>
</article>`;
}

function rowsBehind(data: TableModel | undefined): string {
  const { rows = 0, shown = 0 } = data ?? {};
  const all = `${forPeople(rows, "amount")} ${rows === 1 ? "row" : "rows"}`;
  return shown < rows ? `the first ${forPeople(shown, "amount")} of ${all}` : all;
}

/** What is measured, in words: "Average rating in stars". */
function unitsOf({ facts, colour, chart }: TileModel): string {
  const measured = Object.values(facts).filter(({ unit }) => unit !== undefined);
  const units = [...new Set(measured.map(({ unit }) => unit))];
  const told = units.map((unit) => {
    const labels = measured.filter((column) => column.unit === unit).map(({ label }) => label);
    return `${[...new Set(labels)].join(", ")} in ${String(unit)}`;
  });
  const painted = chart === "bar" && colour !== undefined ? facts[colour] : undefined;
  const colours = painted === undefined ? [] : [`a colour for each ${lowerFirst(painted.label)}`];
  return [...told, ...colours].join("; ");
}

/** Rows alone are none: what a chart measures may be unknown in all of them. */
function hasValues({ chart, x, y, colour }: TileModel, data: TableModel | undefined): boolean {
  if (data === undefined || data.rows === 0) return false;
  if (chart === "table") return true;
  const measures = chart === "heatmap" && colour !== undefined ? [colour] : [...x, ...y];
  const isKnown = (name: string): boolean =>
    data.values[name]?.some((value) => value !== null) ?? false;
  // Of several lines one may be missing, but not the axis.
  return chart === "heatmap" ? measures.every(isKnown) : x.every(isKnown) && y.some(isKnown);
}

function whyEmpty(table: Table | undefined): string {
  const left = table?.leavesOut === undefined ? "" : ` (${lowerFirst(table.leavesOut)})`;
  return `There is nothing to show: its sources were not among the files of this lake, or all was left out${left}. What is missing is said under The run.`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
