import { expect } from "chai";

import { DuckDBEngine } from "../../jobs/engine/duckdb.ts";
import { writeTable } from "../../jobs/lake/table-files.ts";
import { checkQuery } from "../../sql/catalog/check-query.ts";
import type { Table } from "../../sql/catalog/types.ts";
import { catalog } from "../support/catalog.ts";
import { withSession } from "../support/read-source.ts";

/** Enough for the engine to look at neighbours first. */
const rows = 1_200_000;

describe("the check that keys are unique, over many rows", () => {
  const orders = {
    "in order": "i",
    "in no order": "(i * 7919) % 1200000",
  };
  for (const [order, place] of Object.entries(orders)) {
    for (const copies of [0, 2]) {
      it(`finds ${copies} copies ${order}`, async () => {
        const declared = (await catalog()).tables.find(({ id }) => id === "staging.ratings")!;
        const table: Table = {
          ...declared,
          select: `
            select (${place}) // 40 + 1 as user_id, (${place}) % 40 + 1 as movie_id
            from range(${rows}) t(i)
            union all select 17, 3 from range(${copies})`,
        };
        const check = table.checks.find((one) => one.check === "unique")!;
        await withSession(async (session, folder) => {
          await writeTable(session, folder, table);
          const engine = new DuckDBEngine(session, folder);
          const query = checkQuery(table, check, new Date());
          const failing = await engine.countFailingRows({ table, check, query, slice: undefined });
          expect(failing).to.equal(copies);
        });
      });
    }
  }
});
