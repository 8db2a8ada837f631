import { chartTile } from "./chart-tile.ts";
import { choosing } from "./chooser.ts";
import { element } from "./element.ts";
import { type DashboardModel, rowsOf, type TableModel, type TileModel } from "./model.ts";
import { inOrder } from "./order.ts";
import { tableTile } from "./table-tile.ts";

void fill();

/** Fills the tiles, which the page holds with their words, from the model, which it holds compressed. */
async function fill(): Promise<void> {
  try {
    const model = await readModel();
    for (const tile of model.tiles) fillTile(tile, model.tables[tile.table]);
  } catch (error) {
    for (const place of document.querySelectorAll<HTMLElement>(".tile .body")) tell(place, error);
  }
  document.documentElement.dataset["ready"] = "yes";
}

function fillTile(tile: TileModel, table: TableModel | undefined): void {
  const place = document.querySelector<HTMLElement>(`#${tile.id} .body`);
  // A tile that has nothing to show says so already.
  if (place === null || table === undefined || place.childElementCount > 0) return;
  try {
    const rows = inOrder(rowsOf(table), tile.sort);
    const { filter } = tile;
    if (filter !== undefined) choosing(place, { ...tile, filter }, rows, chartTile);
    else if (tile.chart === "table") place.append(tableTile(tile, rows, table.rows));
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
