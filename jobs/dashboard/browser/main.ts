import { chartTile } from "./chart-tile.ts";
import { choosing } from "./chooser.ts";
import { element } from "./element.ts";
import { type DashboardModel, type Row, rowsOf, type TileModel } from "./model.ts";
import { inOrder } from "./order.ts";
import { tableTile } from "./table-tile.ts";

void fill();

/** Fills the tiles, which the page holds with their words, from the model, which it holds compressed. */
async function fill(): Promise<void> {
  try {
    const model = await readModel();
    // Several tiles show one table.
    const rows = new Map<string, Row[]>();
    for (const tile of model.tiles) {
      const table = model.tables[tile.table];
      if (table === undefined) continue;
      const all = rows.get(tile.table) ?? rowsOf(table);
      rows.set(tile.table, all);
      fillTile(tile, all, table.rows);
    }
  } catch (error) {
    for (const place of document.querySelectorAll<HTMLElement>(".tile .body")) tell(place, error);
  }
  document.documentElement.dataset["ready"] = "yes";
}

function fillTile(tile: TileModel, all: readonly Row[], total: number): void {
  const place = document.querySelector<HTMLElement>(`#${tile.id} .body`);
  // A tile that has nothing to show says so already.
  if (place === null || place.childElementCount > 0) return;
  try {
    const rows = inOrder(all, tile.sort);
    const { filter } = tile;
    if (filter !== undefined) choosing(place, { ...tile, filter }, rows, chartTile);
    else if (tile.chart === "table") place.append(tableTile(tile, rows, total));
    else place.append(chartTile(tile, rows));
  } catch (error) {
    tell(place, error);
  }
}

/** A blank would say nothing: not that this browser is too old, nor that the page has a fault. */
function tell(place: HTMLElement, error: unknown): void {
  const why =
    "DecompressionStream" in globalThis
      ? `This cannot be shown: ${String(error)}`
      : "This browser is too old for this page: one of 2023 or later can show it.";
  place.replaceChildren(element("p", { className: "empty" }, why));
}

async function readModel(): Promise<DashboardModel> {
  const text = document.querySelector("#model")?.textContent ?? "";
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).json()) as DashboardModel;
}
