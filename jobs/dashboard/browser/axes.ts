import type { Row, TileModel } from "./model.ts";
import { forPeople } from "./numbers.ts";

/** The places of an x axis as text, from left to right, and which of them is a row's. */
export interface Axis {
  places: string[];
  placeOf: (row: Row) => string;
}

/**
 * Where the rows of a tile stand on its x axis. Time goes on evenly: a year or a month without a row
 * keeps its place, so that a gap is seen as one.
 */
export function xAxisOf(tile: TileModel, rows: readonly Row[]): Axis {
  const [column = ""] = tile.x;
  if (isByMonth(tile)) return byMonth(tile, rows);
  const values = rows.map((row) => Number(row[column]));
  if (tile.chart === "histogram") {
    return {
      places: between(values.map((value) => Math.round(value * 10))).map(tenth),
      placeOf: (row) => tenth(Math.round(Number(row[column]) * 10)),
    };
  }
  const kind = tile.facts[column]?.kind ?? "plain";
  const all = kind === "year" ? between(values) : [...new Set(values)].sort((a, b) => a - b);
  return {
    places: all.map((value) => forPeople(value, kind)),
    placeOf: (row) => forPeople(row[column] ?? null, kind),
  };
}

/** Whether the x axis counts the months of the years. */
export function isByMonth({ x }: TileModel): boolean {
  return x.length === 2;
}

function byMonth({ x: [year = "", month = ""] }: TileModel, rows: readonly Row[]): Axis {
  const numberOf = (row: Row): number => Number(row[year]) * 12 + Number(row[month]) - 1;
  const named = (number: number): string =>
    `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;
  return {
    places: between(rows.map(numberOf)).map(named),
    placeOf: (row) => named(numberOf(row)),
  };
}

function tenth(number: number): string {
  return (number / 10).toFixed(1);
}

/** All whole numbers from the least to the greatest. */
function between(values: readonly number[]): number[] {
  if (values.length === 0) return [];
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return Array.from({ length: most - least + 1 }, (_, index) => least + index);
}

/** Round years are told, as many as there is room for. */
export function labelsOf(tile: TileModel, places: readonly string[]) {
  const [x = ""] = tile.x;
  // Few are all told, as far as there is room.
  if (tile.facts[x]?.kind !== "year" || places.length <= 36) return {};
  const years = new Set(places.map((place) => place.slice(0, 4)));
  const step = years.size <= 12 ? 1 : years.size <= 60 ? 5 : 20;
  return {
    formatter: (place: string) => place.slice(0, 4),
    interval: (_: number, place: string) =>
      Number(place.slice(0, 4)) % step === 0 && (!isByMonth(tile) || place.endsWith("-01")),
  };
}
