import { MarqueeError } from "../errors.ts";
import type { Check, Table } from "../sql/catalog/types.ts";
import type { Slice } from "./engine/engine.ts";
import type { Change } from "./lake/state.ts";
import { checksFingerprintOf } from "./lake/table-files.ts";
import { questionsOf } from "./questions.ts";
import type { Run } from "./run.ts";
import { changeOf, preparedState } from "./transform.ts";

/**
 * Holds every table against the promises of its declaration.
 *
 * @throws MarqueeError (check) where one of severity `error` is broken; nothing is published then
 */
export async function check(run: Run): Promise<void> {
  const { catalog, lake, engine, record, log } = run;
  const state = await preparedState(run);
  if (state.transformedBy === undefined) {
    throw new MarqueeError({
      reason: "usage",
      what: `${lake.folder} holds no tables of core and marts to check`,
      next: "Run the step transform first",
    });
  }
  const tables = catalog.tables.filter((table) => table.layer !== "ops");
  await engine.show(tables);
  await lake.writeWorkState({ ...state, checkedBy: undefined });

  const held = (await lake.published())?.state.fingerprints ?? {};
  const questions = questionsOf(run);
  await log.progress("check", questions.length, async (tick) => {
    await engine.announce([], questions, () => undefined);
    for (const question of questions) {
      const { table, check: promise, query } = question;
      tick(`${table.id} ${promise.name}`);
      const slice = rowsToAsk(table, promise, state.prepared.merge?.changes, held);
      const failingRows =
        slice === "none" ? 0 : await engine.countFailingRows({ ...question, slice });
      const { name, severity } = promise;
      record.checks.push({ table: table.id, name, severity, failingRows, query });
    }
  });

  const broken = record.checks.filter(({ failingRows }) => failingRows > 0);
  for (const { table, name, failingRows } of broken.filter(({ severity }) => severity === "warn")) {
    log.detail(`${table}: ${name} is broken by ${failingRows} rows`, {
      step: "check",
      table,
      check: name,
      failingRows,
    });
  }
  const errors = broken.filter(({ severity }) => severity === "error");
  const first = errors[0];
  if (first !== undefined) {
    const others = errors.length === 1 ? "" : ` (and ${errors.length - 1} more checks failed)`;
    throw new MarqueeError({
      reason: "check",
      what: `${first.table}: the check ${first.name} is broken by ${first.failingRows} rows${others}`,
      next: `Nothing was published; ops.checks in ${lake.folder} holds the query of each`,
    });
  }
  await lake.writeWorkState({ ...state, checkedBy: run.id });
}

/** Checks that look at one row at a time. */
const ofEachRow = new Set<Check["check"]>([
  "not_null",
  "accepted_values",
  "range",
  "month_of",
  "expression",
]);

/**
 * Which rows of a table can have come to break a promise since it was held last. In a merge, those that
 * stay as they were cannot break what is promised of each row, or of the rows of a key: of a table that
 * changed in a slice the slice is asked, of one that did not change nothing. What is only warned of is
 * counted in full, as is what hangs on other tables, on the number of rows or on the day.
 *
 * @returns undefined for all rows
 */
function rowsToAsk(
  table: Table,
  promise: Check,
  changes: Readonly<Record<string, Change>> | undefined,
  held: Readonly<Record<string, string>>,
): Slice | undefined | "none" {
  if (changes === undefined || promise.severity !== "error") return undefined;
  if (held[`checks of ${table.id}`] !== checksFingerprintOf(table)) return undefined;
  const isOfEachRow = ofEachRow.has(promise.check);
  if (!isOfEachRow && promise.check !== "unique") return undefined;

  const change = changeOf(changes, table.id);
  if (change === "same") return "none";
  if (change !== "slice") return undefined;
  if (isOfEachRow) return { of: table, by: undefined };
  const [by] = table.key;
  const isOfKey = promise.check === "unique" && by !== undefined && promise.columns.includes(by);
  return isOfKey ? { of: table, by } : undefined;
}
