import { element } from "./element.ts";
import { folded } from "./folded.ts";
import type { Row, TileModel } from "./model.ts";
import { forPeople } from "./numbers.ts";
import { inOrder } from "./order.ts";

/** Rows that are shown at first, and with every further step. */
const page = 15;

interface View {
  words: string;
  sortedBy: string | undefined;
  descending: boolean;
  shown: number;
}

/**
 * A table that can be searched and sorted. All of its rows are here; only those in view are in the page.
 *
 * @param total how many rows the mart has
 */
export function tableTile(tile: TileModel, rows: readonly Row[], total: number): HTMLElement {
  const view: View = { words: "", sortedBy: undefined, descending: false, shown: page };
  const body = element("tbody");
  const told = element("p", { className: "told" });
  told.setAttribute("role", "status");
  const more = element("button", { type: "button", className: "more" }, "More rows");
  const heads = tile.columns.map((column) => headOf(tile, column));
  // Most tables are never searched.
  let texts: string[] | undefined;

  const show = (): void => {
    if (view.words !== "") texts ??= rows.map((row) => searchText(tile, row));
    const found =
      texts === undefined ? rows : rows.filter((_, at) => texts?.[at]?.includes(view.words));
    const sorted =
      view.sortedBy === undefined
        ? found
        : inOrder(found, [{ column: view.sortedBy, direction: view.descending ? "desc" : "asc" }]);
    body.replaceChildren(...sorted.slice(0, view.shown).map((row) => lineOf(tile, row)));
    more.hidden = sorted.length <= view.shown;
    told.textContent = inWords(view, found.length, rows.length, total);
    for (const { cell, column } of heads) {
      const direction = view.descending ? "descending" : "ascending";
      cell.setAttribute("aria-sort", column === view.sortedBy ? direction : "none");
    }
  };
  for (const { button, column } of heads) {
    button.addEventListener("click", () => {
      const isText = tile.facts[column]?.kind === "text";
      view.descending = view.sortedBy === column ? !view.descending : !isText;
      view.sortedBy = column;
      view.shown = page;
      show();
    });
  }
  more.addEventListener("click", () => {
    view.shown += page * 4;
    show();
  });
  const search = searchField(tile, (words) => {
    view.words = folded(words).trim();
    view.shown = page;
    show();
  });
  show();
  const head = element("tr", {}, ...heads.map(({ cell }) => cell));
  const table = element(
    "table",
    {},
    element("caption", {}, tile.question),
    element("thead", {}, head),
    body,
  );
  const scroll = element("div", { className: "scroll", tabIndex: 0 }, table);
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", tile.question);
  const tools = element(
    "div",
    { className: "tools" },
    ...(rows.length > page ? [search] : []),
    told,
  );
  return element("div", { className: "rows" }, tools, scroll, more);
}

function searchField({ question }: TileModel, find: (words: string) => void): HTMLElement {
  const input = element("input", { type: "search", placeholder: "Search" });
  input.setAttribute("aria-label", `Search: ${question}`);
  input.addEventListener("input", () => {
    find(input.value);
  });
  return input;
}

function headOf(tile: TileModel, column: string) {
  const { label = column, description = "", unit } = tile.facts[column] ?? {};
  const button = element("button", { type: "button" }, label);
  button.title = unit === undefined ? description : `${description} (${unit})`;
  const cell = element("th", { scope: "col", className: classOf(tile, column) }, button);
  return { cell, button, column };
}

function lineOf(tile: TileModel, row: Row): HTMLElement {
  const cells = tile.columns.map((column) =>
    element("td", { className: classOf(tile, column) }, textOf(tile, row, column)),
  );
  return element("tr", {}, ...cells);
}

function classOf(tile: TileModel, column: string): string {
  const kind = tile.facts[column]?.kind ?? "text";
  return ["amount", "money", "plain", "year"].includes(kind) ? "number" : kind;
}

function textOf(tile: TileModel, row: Row, column: string): string {
  return forPeople(row[column] ?? null, tile.facts[column]?.kind ?? "text");
}

function searchText(tile: TileModel, row: Row): string {
  return folded(tile.columns.map((column) => textOf(tile, row, column)).join("\t"));
}

function inWords({ words, shown }: View, found: number, here: number, total: number): string {
  const count = (number: number): string => forPeople(number, "amount");
  const some = found > shown ? `${count(shown)} of ` : "";
  const cut =
    here < total
      ? `; of ${count(total)} the first ${count(here)} are searched and sorted here, all stand in the warehouse`
      : "";
  if (words !== "") return `${some}${count(found)} rows hold “${words}”${cut}`;
  return `${some}${count(found)} ${found === 1 ? "row" : "rows"}${cut}`;
}
