import type { Settings } from "../../settings/settings.ts";
import { batchItems } from "./batch.ts";
import { clusterItems } from "./cluster.ts";
import {
  type Assumptions,
  type Basis,
  type Item,
  type NotPriced,
  type Priced,
  usualAssumptions,
} from "./items.ts";
import { keyItems, lakeItems, warehouseItems } from "./data.ts";
import { kinds } from "./kinds.ts";
import { type PriceTable, priceText } from "./prices.ts";
import { countsOf, type Resource } from "./resources.ts";

/** What an environment costs in a month, as far as it can be known beforehand. */
export interface Estimate {
  environment: string;
  region: string;
  /** Day and region of the prices. */
  prices: { date: string; region: string; currency: string };
  assumptions: Assumptions;
  items: Item[];
  atRest: number;
  running: number;
  total: number;
  notPriced: NotPriced[];
  /** What was taken for granted. */
  notes: string[];
  /** What costs by an amount that nobody knows beforehand. */
  unknown: string[];
  budget: { monthly: number; currency: string; isExceeded: boolean } | undefined;
}

export function estimate(
  settings: Settings,
  resources: readonly Resource[],
  table: PriceTable,
  assumptions: Assumptions = usualAssumptions,
): Estimate {
  const { items, notPriced, notes } = priced(settings, resources, { table, assumptions });
  const [atRest, running] = [totalOf(items, "at rest"), totalOf(items, "running")];
  const { date, region, currency } = table;
  const { budget } = settings;
  const counts = [...countsOf(resources)];
  return {
    environment: settings.environment,
    region: settings.region,
    prices: { date, region, currency },
    assumptions,
    items,
    atRest,
    running,
    total: atRest + running,
    notPriced: [
      ...counts
        .filter(([type]) => !Object.hasOwn(kinds, type))
        .map(([what, count]) => ({ what, count })),
      ...notPriced,
    ],
    notes,
    unknown: [
      ...counts.flatMap(([type, count]) => {
        const kind = kinds[type];
        if (kind?.bill !== "unknown") return [];
        return [`${type} (${count}): ${kind.why}, ${priceText(table, kind.price)}`];
      }),
      ...unknownOf(table),
    ],
    budget: budget && {
      monthly: budget.monthly,
      currency: budget.currency,
      isExceeded: budget.currency === currency && atRest + running > budget.monthly,
    },
  };
}

/** What a type of resource costs though nothing runs. */
export interface AtRest {
  what: string;
  count: number;
  why: string;
  /** Undefined where nobody knows it beforehand. */
  usdPerMonth: number | undefined;
}

/** Each type of resource that an environment has, and what it costs while nothing runs. */
export function estimateAtRest(
  settings: Settings,
  resources: readonly Resource[],
  table: PriceTable,
  assumptions: Assumptions = usualAssumptions,
): AtRest[] {
  const { items } = priced(settings, resources, { table, assumptions });
  return [...countsOf(resources)].map(([what, count]) => {
    const kind = kinds[what];
    const ofType = items.filter(({ type }) => type === what);
    return {
      what,
      count,
      why: kind?.why ?? "not priced",
      usdPerMonth:
        kind === undefined || kind.bill === "unknown" ? undefined : totalOf(ofType, "at rest"),
    };
  });
}

function priced(settings: Settings, resources: readonly Resource[], basis: Basis): Priced {
  const parts = [
    lakeItems(resources, basis),
    keyItems(resources, basis),
    warehouseItems(resources, basis),
    clusterItems(resources, basis),
    batchItems(settings, basis),
  ];
  const items = parts.flatMap((part) => part.items);
  return {
    items: [
      ...items.filter(({ when }) => when === "at rest"),
      ...items.filter(({ when }) => when === "running"),
    ],
    notPriced: parts.flatMap((part) => part.notPriced),
    notes: parts.flatMap((part) => part.notes),
  };
}

/** What no resource tells. */
function unknownOf(table: PriceTable): string[] {
  return [
    `other logs beyond the first ${table.prices.logs.free} GiB, ${priceText(table, "logs")}`,
    "what leaves the region over the network",
    "operations on files and keys, metrics",
    "the minutes in which a cluster starts, and the machine that the pipeline itself runs on",
    "discounts, credits, taxes, support",
  ];
}

function totalOf(items: readonly Item[], when: Item["when"]): number {
  return items
    .filter((item) => item.when === when)
    .reduce((all, item) => all + item.usdPerMonth, 0);
}
