import { mkdir } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import type { Session } from "../../jobs/duckdb.ts";
import { type Manifest, manifestOf } from "../../jobs/engine/spark/manifest.ts";
import { submit } from "../../jobs/engine/spark/submit.ts";
import { writeTable } from "../../jobs/lake/table-files.ts";
import { SqlParser } from "../../sql/catalog/parse.ts";
import { lintSelect } from "../../sql/catalog/subset.ts";
import type { Table } from "../../sql/catalog/types.ts";
import { tableOf } from "../support/catalog.ts";
import { withSession } from "../support/read-source.ts";
import { expectSameTable } from "../support/spark/both-engines.ts";
import { describeWithSpark } from "../support/spark/describe.ts";
import { type Difference, differences, type Outcome, rowsOfOdd } from "../support/spark/odd.ts";

/** What came of a difference in each engine, and which rules and comparisons saw it. */
interface Seen {
  rules: string[];
  duckdb: Outcome;
  spark: Outcome;
  /** The words with which the comparison of the suite refuses the two tables, if it does. */
  refused: string | undefined;
}

describeWithSpark("a model that the engines take differently", ({ installation }) => {
  const seen = new Map<Difference, Seen>();

  // Spark is started once for all of them: each has a manifest of its own, and may fail alone.
  before(async () => {
    const odd = await oddTable();
    const parser = await SqlParser.create();
    await withSession(async (session, folder) => {
      const asked: Manifest[] = [];
      const places: { model: Table; roots: { duckdb: string; spark: string } }[] = [];
      await writeTable(session, folder, odd, rowsOfOdd);
      for (const [index, each] of differences.entries()) {
        const model = await modelOf(each);
        const own = path.join(folder, `difference-${index}`);
        const roots = { duckdb: path.join(own, "duckdb"), spark: path.join(own, "spark") };
        await mkdir(roots.spark, { recursive: true });
        const report = path.join(own, "report.json");
        const shown = { shown: [odd], models: [model], questions: [] };
        asked.push(manifestOf({ inputs: folder, models: roots.spark, report }, shown));
        places.push({ model, roots });
      }
      const circumstances = { folder, stop: undefined, begins: () => undefined };
      const reports = await submit(installation, asked, circumstances);
      for (const [index, each] of differences.entries()) {
        const { model, roots } = places[index]!;
        const rules = lintSelect(await parser.parse("sql/core/found.sql", model.select ?? ""));
        const made = writeTable(session, roots.duckdb, model);
        const duckdb = await outcomeOf(session, roots.duckdb, model, await wordsOf(made));
        const failure = reports[index]?.failure?.message;
        const spark = await outcomeOf(session, roots.spark, model, failure);
        const refused = await wordsOf(expectSameTable(session, model, { roots }));
        seen.set(each, { rules: rules.map(({ rule }) => rule), duckdb, spark, refused });
      }
    });
    parser.close();
  });

  for (const each of differences) {
    const { select, guard } = each;
    const caughtBy = guard.by === "linter" ? `the linter's ${guard.rule}` : `the ${guard.by}`;
    it(`is caught by ${caughtBy}: ${select}`, () => {
      const { rules, duckdb, spark, refused } = seen.get(each)!;
      expectOutcome(duckdb, each.duckdb);
      expectOutcome(spark, each.spark);
      // Whatever the linter finds, the tables are not the same.
      expect(refused).to.be.a("string");
      expect(rules).to.deep.equal(guard.by === "linter" ? [guard.rule] : []);
      if (guard.by === "driver") expect(spark).to.match(/ is declared$/);
      if (guard.by === "comparison of rows") {
        expect(duckdb).to.be.an("array");
        expect(spark).to.be.an("array");
      }
    });
  }
});

function expectOutcome(outcome: Outcome, expected: Outcome | RegExp): void {
  if (expected instanceof RegExp) expect(outcome).to.be.a("string").and.match(expected);
  else expect(outcome).to.deep.equal(expected);
}

/** What a failing engine said, else the values of the column in the order of the ids. */
async function outcomeOf(
  session: Session,
  root: string,
  model: Table,
  failure: string | undefined,
): Promise<Outcome> {
  if (failure !== undefined) return failure;
  const file = path.join(root, "core", "found", "*.parquet");
  const rows = await session.table(
    `select cast(found as varchar) from '${file}' order by ${model.columns[0]!.name}`,
  );
  return rows.map(([value]) => value as string | null);
}

async function wordsOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** A staging table with a value for every difference. */
async function oddTable(): Promise<Table> {
  const links = await tableOf("staging.links");
  return { ...links, id: "staging.odd", name: "odd", columns: [], key: [], cluster: [] };
}

async function modelOf({ select, type }: Difference): Promise<Table> {
  const dates = await tableOf("core.dates");
  const [column] = dates.columns;
  const columns = [
    { ...column!, name: "id", type: "BIGINT" as const },
    { ...column!, name: "found", type },
  ];
  const whole = `with\nfinal as (${select})\n\nselect * from final`;
  const named = { id: "core.found", name: "found", key: ["id"], cluster: [] };
  return { ...dates, ...named, columns, select: whole };
}
