import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { DuckDBInstance } from "@duckdb/node-api";
import { expect } from "chai";

import { quoted } from "../../../jobs/duckdb.ts";
import { DuckDBEngine } from "../../../jobs/engine/duckdb.ts";
import { changedRows, writeTable } from "../../../jobs/lake/table-files.ts";
import { checkQuery } from "../../../sql/catalog/check-query.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { catalog } from "../../support/catalog.ts";
import { failure } from "../../support/errors.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { runLocally } from "../../support/pipeline.ts";
import { withSession } from "../../support/read-source.ts";
import { tinySource } from "../../support/tiny-source.ts";

/** Leaves a price of no month, as no run would. */
async function spoilPrices(lake: string): Promise<void> {
  const file = path.join(lake, "current", "staging", "cpi", "part-00000.parquet");
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(
    `copy (select * replace (null as month) from read_parquet(${quoted(file)}) limit 1)
     to ${quoted(`${file}.spoilt`)} (format parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
  await copyFile(`${file}.spoilt`, file);
  await rm(`${file}.spoilt`);
}

describe("the checks of a merge", () => {
  it("hold tables that stay as they are only against promises that are new", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [await tinySource(path.join(folder, "in"))], lake });
      // Spoilt by hand: only so can it be seen whether a table is looked at.
      await spoilPrices(lake);
      const ratings = "userId,movieId,rating,timestamp\n4,20,2.5,978307300\n";
      const sources = [await writeFiles(path.join(folder, "news"), { "ratings.csv": ratings })];
      await runLocally({ sources, lake, merge: true });

      const state = path.join(lake, "current", "lake.json");
      const text = await readFile(state, "utf8");
      const others = text.replace(/("checks of staging\.cpi": *)"\w+"/, '$1"other promises"');
      expect(others).not.to.equal(text);
      await writeFile(state, others);
      const error = await failure(runLocally({ sources, lake, merge: true }), "check");
      expect(error.line).to.match(/^staging\.cpi: the check .* is broken by 1 rows/);
    });
  });

  it("find every row that came and breaks a promise, without a look at the others", async () => {
    const ratings = (await catalog()).tables.find(({ id }) => id === "staging.ratings")!;
    const select = (stars: number): string => `
      select 1::bigint as user_id, 2::bigint as movie_id, ${stars}::double as rating,
          to_timestamp(0) as rated_at, date '1970-02-01' as rated_month`;
    const table: Table = { ...ratings, select: select(7) };
    const found: [string, number, number][] = [];
    await withSession(async (session, folder) => {
      await writeTable(session, folder, table);
      const changes = changedRows(folder, table);
      await mkdir(path.dirname(changes));
      await session.run(
        `copy (${select(9)} union all ${select(4)}) to ${quoted(changes)} (format parquet)`,
      );
      const engine = new DuckDBEngine(session, folder);
      const byRow = ["not_null", "accepted_values", "month_of"];
      for (const check of table.checks.filter(({ check: kind }) => byRow.includes(kind))) {
        const query = checkQuery(table, check, new Date());
        const ask = (slice?: { of: Table; by: undefined }): Promise<number> =>
          engine.countFailingRows({ table, check, query, slice });
        found.push([check.check, await ask(), await ask({ of: table, by: undefined })]);
      }
    });
    // Of the row that was there and of the two that came: the stars, and for all of them the month.
    expect(found).to.deep.include.members([
      ["accepted_values", 1, 1],
      ["month_of", 1, 2],
    ]);
    expect(found.filter(([, before, come]) => before + come > 0)).to.have.length(2);
  });
});
