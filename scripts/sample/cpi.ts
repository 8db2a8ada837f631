import { csvText, type FileText, type SampleRecord } from "./csv.ts";
import { Random } from "./random.ts";

/** The name of FRED's series: admissions to cinemas, theatres and concerts in US cities. */
export const series = "CUSR0000SS62031";

const firstYear = 1999;
const months = 280;
/** A month for which FRED writes a point, as where a survey was not taken. */
const missingMonth = 201;

function* cpiRecords(seed: number): Generator<SampleRecord<"cpi">> {
  const random = new Random(seed, "cpi");
  let index = 100;
  for (let month = 0; month < months; month++) {
    const year = firstYear + Math.floor(month / 12);
    const date = `${year}-${String((month % 12) + 1).padStart(2, "0")}-01`;
    if (month === missingMonth) yield { fields: [date, "."], flaws: ["valueMissing"] };
    else yield { fields: [date, index.toFixed(3)], flaws: [] };
    index *= 1.0025 + 0.004 * random.normal();
  }
}

/** The text of the consumer price index as FRED delivers it: a value a month from 1999 on. */
export function cpiText(seed: number): FileText {
  return csvText("cpi", ["DATE", series], cpiRecords(seed));
}
