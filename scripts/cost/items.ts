import type { PriceTable } from "./prices.ts";

/** What a month is like. */
export interface Assumptions {
  lakeGigabytes: number;
  warehouseGigabytes: number;
  runs: number;
  /** Of Spark's work in a run. */
  runMinutes: number;
  queryGigabytes: number;
}

export const usualAssumptions: Readonly<Assumptions> = {
  lakeGigabytes: 5,
  warehouseGigabytes: 5,
  runs: 30,
  runMinutes: 20,
  queryGigabytes: 100,
};

/** A line of the estimate. */
export interface Item {
  /** The type of resource that it is for; undefined for what a run asks for by itself. */
  type: string | undefined;
  what: string;
  amount: string;
  price: string;
  usdPerMonth: number;
  /** At rest it costs though nothing runs. */
  when: "at rest" | "running";
}

/** What would cost something, but has no price in the table. */
export interface NotPriced {
  what: string;
  count: number;
}

export interface Priced {
  items: Item[];
  notPriced: NotPriced[];
  /** What was taken for granted beside the assumptions that a person can change. */
  notes: string[];
}

/** What a part of the estimate is made from. */
export interface Basis {
  table: PriceTable;
  assumptions: Assumptions;
}

/** As Google Cloud counts a month. */
export const hoursInMonth = 730;

/** Without more digits than tell something: 0.333, 15, 1,200. */
export function figure(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 3 });
}

export function counted(count: number, one: string, several = `${one}s`): string {
  return `${figure(count)} ${count === 1 ? one : several}`;
}
