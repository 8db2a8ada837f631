import type { SampleRecord } from "./csv.ts";
import { flawsOf, type Source } from "./flaws.ts";

/** How many records stand between a record and its copy. */
const gap = 7;

/**
 * Moves each copy some records down: in the real files a copy seldom follows its original, and a
 * reader that compares neighbours only must be found out.
 */
export function* copiesLater<S extends Source>(
  source: S,
  records: Iterable<SampleRecord<S>>,
): Generator<SampleRecord<S>> {
  const superseded = new Set(
    flawsOf(source).flatMap(([name, { fate }]) => (fate === "superseded" ? [name] : [])),
  );
  const waiting: { copy: SampleRecord<S>; left: number }[] = [];
  for (const record of records) {
    if (record.flaws.some((name) => superseded.has(name))) {
      waiting.push({ copy: record, left: gap });
      continue;
    }
    yield record;
    for (const copy of waiting) copy.left--;
    while (waiting[0] !== undefined && waiting[0].left <= 0) {
      yield waiting[0].copy;
      waiting.shift();
    }
  }
  for (const { copy } of waiting) yield copy;
}
