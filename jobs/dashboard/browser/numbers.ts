import type { Kind, Value } from "./model.ts";

/** English, as all of the page. */
const monthNames = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A value as people write it: 1.2 M, $2.79 B, 4.2, 12,345. */
export function forPeople(value: Value, kind: Kind): string {
  if (value === null) return "–";
  if (typeof value === "string") return value;
  if (kind === "month") return monthNames[value - 1] ?? String(value);
  if (kind === "plain" || kind === "year") return String(value);
  const sign = value < 0 ? "−" : "";
  const currency = kind === "money" ? "$" : "";
  return `${sign}${currency}${size(Math.abs(value), kind)}`;
}

function size(value: number, kind: Kind): string {
  // What would be rounded up to a thousand of one is one of the next.
  if (value >= 999.5e9) return `${digits(value / 1e12)} T`;
  if (value >= 999.5e6) return `${digits(value / 1e9)} B`;
  if (value >= 999_500) return `${digits(value / 1e6)} M`;
  if (kind === "money" && value >= 1e4) return grouped(Math.round(value), 0);
  return grouped(value, Number.isInteger(value) ? 0 : 2);
}

/** Three digits that count. */
function digits(value: number): string {
  return grouped(value, value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** Made once: to make one takes longer than to write a thousand numbers. */
const formats = [0, 1, 2].map(
  (maximumFractionDigits) => new Intl.NumberFormat("en-US", { maximumFractionDigits }),
);

function grouped(value: number, decimals: 0 | 1 | 2): string {
  return formats[decimals]?.format(value) ?? String(value);
}
