import { readdir } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";
import fc from "fast-check";

import { quoted, type Session } from "../../../jobs/duckdb.ts";
import { changeParts, writeParts } from "../../../jobs/lake/part-files.ts";
import { holdFiles, sumsOf } from "../../support/hard-links.ts";
import { withSession } from "../../support/read-source.ts";

/** As many rows as a part has at least. */
const part = 122_880;

/** Rows that come in the place of those whose key they have, and behind the last one. */
interface Merge {
  /** Every how manyth key from the first on goes; all come again with another value. */
  first: number;
  step: number;
  count: number;
  added: number;
}

const anyMerge = fc.record({
  first: fc.integer({ min: 1, max: 3 * part }),
  step: fc.integer({ min: 1, max: 5000 }),
  count: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 }), fc.constant(2 * part)),
  added: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(part), fc.constant(part + 1)),
});

describe("a table in parts, whatever comes and goes", () => {
  it("has after any merges the rows that it should have, and touches no file that is read", async () => {
    const merges = fc.tuple(
      fc.integer({ min: 0, max: 3 * part }),
      fc.array(anyMerge, { minLength: 1, maxLength: 4 }),
    );
    const property = fc.asyncProperty(merges, async ([rows, all]) => {
      await withSession(async (session, root) => {
        const folder = path.join(root, "parts");
        await session.run(
          `create schema replaced; create table expected as ${numbered(1, rows, 0)};
           create table nobody as select 0 as key, 0 as ordinal`,
        );
        const source = { columns: "key, value", relation: "expected", without: "nobody" };
        const ordinals = { column: "key", highest: rows, ahead: 0 };
        await writeParts(session, folder, { ...source, ordinals });
        for (const [index, merge] of all.entries()) {
          const held = path.join(root, `held-${index}`);
          await holdFiles(folder, held);
          const before = await sumsOf(held);
          await mergeRows(session, folder, merge, index + 1);
          expect(await sumsOf(held)).to.deep.equal(before);
          expect(await difference(session, folder)).to.equal(0);
          expect((await readdir(folder)).every((name) => /^part-\d{5}\.parquet$/.test(name))).to.be
            .true;
        }
      });
    });
    await fc.assert(property, { numRuns: 6 });
  });
});

function numbered(from: number, to: number, value: number): string {
  return `select range as key, ${value}::bigint as value from range(${from}, ${to + 1})`;
}

async function mergeRows(
  session: Session,
  folder: string,
  { first, step, count, added }: Merge,
  value: number,
): Promise<void> {
  const highest = await session.number("select coalesce(max(key), 0) from expected");
  await session.run(`
    create or replace table replaced.rows as
    select key from expected where key >= ${first} and (key - ${first}) % ${step} = 0 limit ${count};
    create or replace table come as
    select key, ${value}::bigint as value, row_number() over () as ordinal from (
      select key from replaced.rows union all
      select range as key from range(${highest + 1}, ${highest + 1 + added}));
    delete from expected where key in (select key from replaced.rows);
    insert into expected select key, value from come`);
  const gone = await session.number("select count(*) from replaced.rows");
  const rows = await session.number("select count(*) from come");
  await changeParts(session, folder, {
    key: "key",
    gone: gone === 0 ? undefined : "replaced.rows",
    come: {
      columns: "key, value",
      relation: "come",
      without: "nobody",
      rows,
      ordinals: { column: "ordinal", highest: rows, ahead: 0 },
    },
  });
}

async function difference(session: Session, folder: string): Promise<number> {
  const found = `select key, value from read_parquet(${quoted(path.join(folder, "*.parquet"))})`;
  return session.number(`
    select count(*) from (
      (from expected except all ${found}) union all (${found} except all from expected))`);
}
