import { mkdir, readdir, stat } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { quoted, type Session } from "../../../jobs/duckdb.ts";
import { changeParts, writeParts } from "../../../jobs/lake/part-files.ts";
import { withSession } from "../../support/read-source.ts";

/** A part holds 122,880 rows: these are two whole ones and a small one. */
const rows = 300_000;
const numbered = {
  ...{ columns: "id, value", relation: "numbers", without: "left_out" },
  ordinals: { column: "ordinal", highest: rows, ahead: 0 },
};

async function begin(session: Session, folder: string): Promise<string> {
  await session.run(
    `create or replace table numbers as
     select i as ordinal, i as id, i * 2 as value from range(1, ${rows + 1}) t(i)`,
  );
  await session.run("create or replace table left_out as select 0 as ordinal");
  const parts = path.join(folder, "parts");
  await writeParts(session, parts, numbered);
  return parts;
}

const all = (folder: string): string => `read_parquet(${quoted(path.join(folder, "*.parquet"))})`;

async function facts(session: Session, folder: string): Promise<unknown[]> {
  const sums = "count(*), count(distinct id), sum(id), sum(value)";
  return (await session.table(`select ${sums} from ${all(folder)}`))[0]!.map(Number);
}

async function descents(session: Session, folder: string): Promise<number> {
  const pairs = `select id, lag(id) over () as before from ${all(folder)}`;
  return session.number(`select count(*) from (${pairs}) where id <= before`);
}

/** Which file a name stands for: one that was written anew has another number. */
async function inodes(folder: string): Promise<Map<string, number>> {
  const names = (await readdir(folder)).sort();
  const found = await Promise.all(names.map((name) => stat(path.join(folder, name))));
  return new Map(names.map((name, index) => [name, found[index]!.ino]));
}

/** Rows that come: `count` of them, with ids from `first` on. */
const come = (count: number, first: number) => ({
  columns: "id, value",
  relation: `(select i + 1 as ordinal, ${first} + i as id, -1::bigint as value from range(${count}) t(i))`,
  without: "left_out",
  rows: count,
  ordinals: { column: "ordinal", highest: count, ahead: 0 },
});

describe("a table in parts", () => {
  it("is written in the order of its rows, and stays in it by the names of its files", async () => {
    await withSession(async (session, folder) => {
      const parts = await begin(session, folder);
      expect([...(await inodes(parts)).keys()]).to.deep.equal([
        "part-00000.parquet",
        "part-00001.parquet",
        "part-00002.parquet",
      ]);
      expect(await descents(session, parts)).to.equal(0);
      expect(await facts(session, parts)).to.deep.equal([rows, rows, 45000150000, 90000300000]);
    });
  });

  it("leaves rows out without mixing up the others, however many they are", async () => {
    await withSession(async (session, folder) => {
      const parts = await begin(session, folder);
      await session.run(
        `insert into left_out select i * 1000 from range(1, 101) t(i)
         union all select i from range(150001, 151001) t(i)`,
      );
      await writeParts(session, parts, numbered);
      const [count] = await facts(session, parts);
      expect(count).to.equal(rows - 100 - 1000);
      expect(await descents(session, parts)).to.equal(0);
    });
  });

  it("has only those parts written anew that lose a row, and the small ones", async () => {
    await withSession(async (session, folder) => {
      const parts = await begin(session, folder);
      const before = await inodes(parts);
      await session.run("create table gone as select unnest([7, 299999]) as id");
      await changeParts(session, parts, { key: "id", gone: "gone", come: come(3, 1_000_000) });
      const after = await inodes(parts);
      expect(after.get("part-00001.parquet")).to.equal(before.get("part-00001.parquet"));
      expect(after.get("part-00000.parquet")).not.to.equal(before.get("part-00000.parquet"));
      // The third part is small: it is one with the rows that came.
      expect([...after.keys()]).to.deep.equal([
        "part-00000.parquet",
        "part-00001.parquet",
        "part-00003.parquet",
      ]);
      const [count, distinct, ids] = await facts(session, parts);
      expect([count, distinct]).to.deep.equal([rows + 1, rows + 1]);
      expect(ids).to.equal(45000150000 - 7 - 299999 + 3 * 1_000_000 + 3);
    });
  });

  it("takes many rows in parts of their own, and rows that only come", async () => {
    await withSession(async (session, folder) => {
      const parts = await begin(session, folder);
      const before = await inodes(parts);
      await changeParts(session, parts, {
        key: "id",
        gone: undefined,
        come: come(250_000, 1_000_000),
      });
      const after = await inodes(parts);
      expect([...after.keys()]).to.have.length(6);
      for (const [name, inode] of before) expect(after.get(name), name).to.equal(inode);
      expect((await facts(session, parts)).slice(0, 2)).to.deep.equal([550_000, 550_000]);
    });
  });

  it("begins where there is none", async () => {
    await withSession(async (session, folder) => {
      const parts = path.join(folder, "new");
      await mkdir(folder, { recursive: true });
      await session.run("create table left_out as select 0 as ordinal");
      await changeParts(session, parts, { key: "id", gone: undefined, come: come(5, 1) });
      expect((await facts(session, parts)).slice(0, 3)).to.deep.equal([5, 5, 15]);
    });
  });
});
