import { type EChartsType, init } from "./charts.ts";
import { element } from "./element.ts";
import type { Row, TileModel } from "./model.ts";
import { forPeople } from "./numbers.ts";
import { chartOption } from "./options.ts";
import { tableTile } from "./table-tile.ts";
import { themes } from "./theme.ts";

/** Pixels of a tile on a sheet of A4 or of Letter, upright. */
const paperWidth = 620;

const dark = matchMedia("(prefers-color-scheme: dark)");
/** Charts that nobody has come near yet, so that the page is there at once. */
const waiting = new Map<Element, () => void>();
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) drawWaiting(target);
  },
  { rootMargin: "600px" },
);

function drawWaiting(place: Element): void {
  near.unobserve(place);
  waiting.get(place)?.();
  waiting.delete(place);
}

const drawn = new Map<HTMLElement, { chart: EChartsType; draw: (isDark: boolean) => void }>();

/**
 * A chart, and beneath it the same numbers as a table for whoever cannot see or point.
 *
 * @param of whose rows they are, where a reader has chosen some
 */
export function chartTile(tile: TileModel, rows: readonly Row[], of?: string): HTMLElement {
  const place = element("div", { className: "chart" });
  place.style.height = `${heightOf(tile, rows)}px`;
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", inWords(tile, rows, of));
  waiting.set(place, () => {
    drawIn(place, tile, rows);
  });
  near.observe(place);
  return element("div", {}, place, numbersOf(tile, rows));
}

function drawIn(place: HTMLElement, tile: TileModel, rows: readonly Row[]): void {
  if (!place.isConnected) return;
  const chart = init(place, null, { renderer: "svg" });
  const draw = (isDark: boolean): void => {
    chart.setOption(chartOption(tile, rows, isDark ? themes.dark : themes.light), true);
  };
  draw(dark.matches);
  drawn.set(place, { chart, draw });
  new ResizeObserver(() => {
    if (place.isConnected) chart.resize();
    else forget(place);
  }).observe(place);
}

function forget(place: HTMLElement): void {
  drawn.get(place)?.chart.dispose();
  drawn.delete(place);
}

function redraw(isDark: boolean): void {
  for (const { draw } of drawn.values()) draw(isDark);
}

dark.addEventListener("change", () => {
  redraw(dark.matches);
});
// Paper is white, and narrower than most screens; a chart does not learn of that by itself.
addEventListener("beforeprint", () => {
  for (const place of [...waiting.keys()]) drawWaiting(place);
  for (const [place, { chart }] of drawn) {
    chart.resize({ width: Math.min(paperWidth, place.clientWidth) });
  }
  // Last, since this is what draws at once.
  redraw(false);
});
addEventListener("afterprint", () => {
  for (const { chart } of drawn.values()) chart.resize({ width: "auto" });
  redraw(dark.matches);
});

/** Pixels: a ranking or a field of genres has a line for each. */
function heightOf({ chart, y, facts }: TileModel, rows: readonly Row[]): number {
  const [name = ""] = y;
  const lines = new Set(rows.map((row) => row[name])).size;
  if (chart === "heatmap") return Math.max(220, lines * 18 + 90);
  return facts[name]?.kind === "text" ? Math.max(120, lines * 26 + 20) : 300;
}

function inWords(tile: TileModel, rows: readonly Row[], of: string | undefined): string {
  const shown = [...tile.y, ...tile.x, ...(tile.colour === undefined ? [] : [tile.colour])];
  const measures = shown.filter((column) =>
    ["amount", "money"].includes(tile.facts[column]?.kind ?? ""),
  );
  const ranges = measures.map((column) => rangeInWords(tile, rows, column)).join(" ");
  const whose = of === undefined ? "" : `${of}. `;
  return `${tile.question} ${whose}${ranges} The numbers stand in the table below.`;
}

function rangeInWords(tile: TileModel, rows: readonly Row[], column: string): string {
  const values = rows.map((row) => row[column]).filter((value) => typeof value === "number");
  const { label = column, kind = "amount" } = tile.facts[column] ?? {};
  if (values.length === 0) return `${label}: no values.`;
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return `${label}: ${values.length} values from ${forPeople(least, kind)} to ${forPeople(most, kind)}.`;
}

/** Made when it is opened: few are. */
function numbersOf(tile: TileModel, rows: readonly Row[]): HTMLElement {
  const summary = element("summary", {}, "The numbers");
  summary.setAttribute("aria-label", `The numbers: ${tile.question}`);
  const details = element("details", { className: "numbers" }, summary);
  details.addEventListener(
    "toggle",
    () => {
      const columns = [...new Set([...tile.x, ...tile.y, tile.colour ?? []].flat())];
      details.append(tableTile({ ...tile, columns }, rows, rows.length));
    },
    { once: true },
  );
  return details;
}
