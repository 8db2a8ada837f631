import { tableLines, wrapped } from "../lake/text.ts";
import type { Estimate } from "./estimate.ts";
import { type Assumptions, counted, figure, type Item } from "./items.ts";

/** What a person reads: the lines of the bill, what they rest on, and what is not in them. */
export function costText(estimate: Estimate): string {
  const { environment, region, prices, items, atRest, running, total, assumptions } = estimate;
  const of = (when: Item["when"]) => items.filter((item) => item.when === when).map(row);
  const table = tableLines(
    [`${environment}, a month`, "how much", "price", prices.currency],
    [
      ...of("at rest"),
      ["at rest, nothing runs", "", "", money(atRest)],
      ["", "", "", ""],
      ...of("running"),
      [`with ${usage(assumptions)}`, "", "", money(running)],
      ["", "", "", ""],
      ["total", "", "", money(total)],
    ],
  );
  const elsewhere =
    region === prices.region
      ? []
      : [
          `The prices are of ${prices.region}, and ${environment} is in ${region}: there they differ.`,
        ];
  const parts = [
    table,
    [...elsewhere, ...budgetLines(estimate)].flatMap((line) => wrapped(line)),
    listed("Assumed:", [
      `list prices as noted on ${prices.date}; scripts/cost/prices.yml says what each was held against`,
      `${figure(assumptions.lakeGigabytes)} GB in the lake, ${figure(assumptions.warehouseGigabytes)} GiB in the warehouse (--lake-gigabytes, --warehouse-gigabytes)`,
      `${usage(assumptions)}, ${counted(assumptions.runMinutes, "minute")} of Spark's work each (--runs, --query-gigabytes, --run-minutes)`,
      ...estimate.notes,
    ]),
    listed("Not known beforehand, and not in it:", estimate.unknown),
    estimate.notPriced.flatMap(({ what, count }) =>
      wrapped(`not priced: ${what} (${figure(count)})`),
    ),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** The same as one JSON object. */
export function costJson({
  notPriced,
  items,
  atRest,
  budget,
  assumptions,
  ...rest
}: Estimate): string {
  return JSON.stringify({
    ...rest,
    running: rounded(rest.running),
    total: rounded(rest.total),
    at_rest: rounded(atRest),
    assumptions: {
      lake_gigabytes: assumptions.lakeGigabytes,
      warehouse_gigabytes: assumptions.warehouseGigabytes,
      runs: assumptions.runs,
      run_minutes: assumptions.runMinutes,
      query_gigabytes: assumptions.queryGigabytes,
    },
    items: items.map(({ usdPerMonth, type, ...item }) => ({
      type: type ?? null,
      ...item,
      usd_per_month: rounded(usdPerMonth),
    })),
    not_priced: notPriced,
    budget:
      budget === undefined
        ? null
        : { monthly: budget.monthly, currency: budget.currency, is_exceeded: budget.isExceeded },
  });
}

function row({ what, amount, price, usdPerMonth }: Item): string[] {
  return [`  ${what}`, amount, price, money(usdPerMonth)];
}

function usage({ runs, queryGigabytes }: Assumptions): string {
  return `${counted(runs, "run")} and ${figure(queryGigabytes)} GiB of queries`;
}

function budgetLines({ environment, budget, total, prices }: Estimate): string[] {
  if (budget === undefined) return [];
  const { monthly, currency, isExceeded } = budget;
  const said = `${monthly} ${currency} of settings/${environment}.yml`;
  if (currency !== prices.currency) return [`The budget, ${said}, is in another currency.`];
  if (!isExceeded) return [];
  return [`Above the budget: ${money(total)} ${currency}, and not the ${said}.`];
}

function listed(head: string, lines: readonly string[]): string[] {
  return [head, ...lines.flatMap((line) => wrapped(line, "  "))];
}

/** To the cent, but what costs anything is not shown as nothing. */
function money(usd: number): string {
  return usd > 0 && usd < 0.005 ? "<0.01" : usd.toFixed(2);
}

function rounded(usd: number): number {
  return Number(usd.toFixed(4));
}
