import { stringify } from "csv-stringify/sync";

import type { Random } from "../../scripts/sample/random.ts";

export type Encoding = "utf8" | "latin1";

/** How a file's lines end, whether the last one does, and how its letters are written. */
export interface Writing {
  end?: "\n" | "\r\n";
  finalEnd?: boolean;
  encoding?: Encoding;
}

/** A file of lines, with a blank one here and there. */
export function lines(random: Random, records: readonly string[], writing: Writing = {}): Buffer {
  const { end = "\n", finalEnd = true, encoding = "utf8" } = writing;
  const all = records.flatMap((record) => (random.chance(0.05) ? [record, ""] : [record]));
  return Buffer.from(all.join(end) + (finalEnd ? end : ""), encoding);
}

/** A CSV under a header; fields are quoted where they must be. */
export function csv(
  random: Random,
  header: readonly string[],
  records: readonly (readonly string[])[],
  writing: Writing = {},
): Buffer {
  const all = [header, ...records].map((fields) => stringify([fields], { record_delimiter: "" }));
  return lines(random, all, writing);
}
