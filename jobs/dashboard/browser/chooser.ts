import { identityOf } from "../../../sql/catalog/tiles.ts";
import { element } from "./element.ts";
import { folded } from "./folded.ts";
import type { Row, TileModel } from "./model.ts";
import { forPeople } from "./numbers.ts";

/** Names that the browser is given to choose from at a time. */
const mostSuggestions = 30;

interface Choice {
  /** The number of the company, or whatever tells two of one name apart. */
  identity: string;
  name: string;
  rows: Row[];
}

type Filtered = TileModel & { filter: string };

/** What is to be done when a reader chooses, by the column of the choice: all tiles follow one. */
const followers = new Map<string, ((identity: string) => void)[]>();

const alphabet = new Intl.Collator("en");

/** Of rows that several tiles show. */
const known = new WeakMap<readonly Row[], Choice[]>();

/** Lets a reader choose whose rows are drawn, by typing a part of the name. */
export function choosing(
  place: HTMLElement,
  tile: Filtered,
  rows: readonly Row[],
  draw: (tile: TileModel, rows: readonly Row[], of: string) => HTMLElement,
): void {
  const choices = known.get(rows) ?? choicesOf(tile, rows);
  known.set(rows, choices);
  const byIdentity = new Map(choices.map((choice) => [choice.identity, choice]));
  const { input, list, told } = fieldOf(tile, choices.length);
  const drawing = element("div");
  const show = (choice: Choice): void => {
    drawing.replaceChildren(draw(tile, choice.rows, choice.name));
    told.textContent = choice.name;
  };
  const others = followers.get(tile.filter) ?? [];
  followers.set(tile.filter, [
    ...others,
    (identity) => {
      const choice = byIdentity.get(identity);
      if (choice !== undefined) {
        show(choice);
        return;
      }
      drawing.replaceChildren();
      told.textContent = "There is nothing to show of this one";
    },
  ]);
  input.addEventListener("input", () => {
    const words = folded(input.value).trim();
    const found = choices.filter(({ name }) => folded(name).includes(words));
    suggest(list, found);
    const exact = found.find(({ name }) => folded(name) === words);
    // Of two that are called alike, each with its number behind the name, the larger one.
    const alike = found.find(({ name, identity }) => folded(name) === `${words} (${identity})`);
    const choice = exact ?? alike ?? found[0];
    if (choice !== undefined) {
      for (const follow of followers.get(tile.filter) ?? []) follow(choice.identity);
      return;
    }
    drawing.replaceChildren();
    told.textContent = `No name holds “${input.value}”`;
  });
  suggest(list, choices);
  if (choices[0] !== undefined) show(choices[0]);
  place.append(element("div", { className: "tools" }, input, list, told), drawing);
}

function fieldOf(tile: Filtered, count: number) {
  const list = element("datalist", { id: `${tile.id}-choices` });
  const input = element("input", { type: "search", autocomplete: "off" });
  input.setAttribute("list", list.id);
  input.setAttribute("aria-label", `${tile.facts[tile.filter]?.label ?? "Name"}: ${tile.question}`);
  input.placeholder = `Search ${forPeople(count, "amount")} by name`;
  const told = element("p", { className: "told" });
  told.setAttribute("role", "status");
  return { input, list, told };
}

function suggest(list: HTMLElement, found: readonly Choice[]): void {
  const names = found.slice(0, mostSuggestions).map(({ name }) => name);
  list.replaceChildren(...names.map((value) => element("option", { value })));
}

/** Those with the most rows first; two of the same name each with its number. */
function choicesOf({ filter }: Filtered, rows: readonly Row[]): Choice[] {
  const byIdentity = new Map<string, Choice>();
  const namesakes = new Map<string, number>();
  for (const row of rows) {
    const identity = String(row[identityOf(filter)]);
    const name = forPeople(row[filter] ?? null, "text");
    const choice = byIdentity.get(identity);
    if (choice !== undefined) choice.rows.push(row);
    else {
      byIdentity.set(identity, { identity, name, rows: [row] });
      namesakes.set(name, (namesakes.get(name) ?? 0) + 1);
    }
  }
  const choices = [...byIdentity.values()].map((choice) => ({
    ...choice,
    name: namesakes.get(choice.name) === 1 ? choice.name : `${choice.name} (${choice.identity})`,
  }));
  return choices.sort((a, b) => b.rows.length - a.rows.length || alphabet.compare(a.name, b.name));
}
