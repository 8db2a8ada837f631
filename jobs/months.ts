/** Whole calendar months (UTC), both ends included, each written like 2015-01. */
export interface Months {
  from: string;
  to: string;
}

const form = /^(\d{4}-(?:0[1-9]|1[0-2]))\.\.(\d{4}-(?:0[1-9]|1[0-2]))$/;

/**
 * Reads months as a person writes them: 2015-01..2015-12.
 *
 * @returns what is wrong with the text, as the end of a sentence that begins with it
 */
export function readMonths(text: string): Months | string {
  const [, from, to] = form.exec(text) ?? [];
  if (from === undefined || to === undefined) return "is not FROM..TO, such as 2015-01..2015-12";
  return from <= to ? { from, to } : "ends before it begins";
}

/** Every month of a span, in order. */
export function monthsIn({ from, to }: Months): string[] {
  const first = numberOf(from);
  return Array.from({ length: numberOf(to) - first + 1 }, (_, index) => nameOf(first + index));
}

/** Months since the year 0. */
function numberOf(month: string): number {
  const [year = "", ofYear = ""] = month.split("-");
  return Number(year) * 12 + Number(ofYear) - 1;
}

function nameOf(number: number): string {
  const year = String(Math.floor(number / 12)).padStart(4, "0");
  return `${year}-${String((number % 12) + 1).padStart(2, "0")}`;
}
