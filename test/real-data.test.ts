import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import type { Run } from "../jobs/run.ts";
import type { ColumnType } from "../sql/catalog/types.ts";
import { catalog } from "./support/catalog.ts";
import { runLocally } from "./support/pipeline.ts";
import { fred, moviesDataset, needRealData } from "./support/real-data.ts";
import { askAll, askWarehouse } from "./support/warehouse.ts";

/** What the oracle in Python found (see test/oracle/figures.py): rows, values there, their sum. */
type Figures = Record<string, { rows: number; columns: Record<string, [number, number]> }>;
const figures = JSON.parse(
  readFileSync(
    path.join(import.meta.dirname, "oracle", "figures-of-the-small-editions.json"),
    "utf8",
  ),
) as Figures;

/** How a value counts in such a sum, as SQL. */
const weight: Record<ColumnType, (column: string) => string> = {
  BIGINT: (column) => column,
  DOUBLE: (column) => column,
  BOOLEAN: (column) => `${column}::int`,
  STRING: (column) => `length(${column})`,
  DATE: (column) => `date_diff('day', date '1970-01-01', ${column})`,
  TIMESTAMP: (column) => `epoch(${column})::bigint`,
};

describe("the publishers' files", () => {
  let folder: string;
  let run: Run | undefined;
  let ask: (sql: string) => Promise<unknown[][]>;

  before(async function () {
    needRealData(this, "the small editions of the real files");
    folder = await mkdtemp(path.join(os.tmpdir(), "marquee-real-"));
    run = await runLocally({ sources: [moviesDataset, fred], small: true, lake: folder });
    ask = (sql) => askWarehouse(path.join(folder, "warehouse.duckdb"), sql);
  });
  after(async () => {
    if (run !== undefined) await rm(folder, { recursive: true });
  });

  it("are accounted for to the last record", () => {
    const accounts = run?.record.accounts.map(({ source, read, kept, superseded, quarantined }) => [
      source,
      read,
      kept,
      superseded,
      quarantined,
    ]);
    expect(accounts).to.deep.equal([
      ["cpi", 280, 280, 0, 0],
      ["credits", 99, 99, 0, 0],
      ["keywords", 46_419, 45_432, 987, 0],
      ["links", 9_125, 9_125, 0, 0],
      ["movies", 2_996, 2_995, 1, 0],
      ["ratings", 100_004, 100_004, 0, 0],
      ["titles", 0, 0, 0, 0],
    ]);
  });

  it("give the known figures", async () => {
    const ratings = `select count(distinct user_id), count(distinct movie_id), count(distinct rated_month),
      min(rated_month), max(rated_month), avg(rating) from staging.ratings`;
    expect(await ask(ratings)).to.deep.equal([
      ["671", "9066", "246", "1995-01-01", "2016-10-01", "3.543608255669773"],
    ]);
    const keywords = "select count(*), count(distinct keyword_id) from staging.movie_keywords";
    expect(await ask(keywords)).to.deep.equal([["156602", "19956"]]);
    const credits = `select (select count(*) from staging.cast_members), (select count(*) from staging.crew_members)`;
    expect(await ask(credits)).to.deep.equal([["1668", "2182"]]);
    const links = "select count(*) from staging.links where tmdb_id is null";
    expect(await ask(links)).to.deep.equal([["13"]]);
  });

  it("give the known figures with the large edition of links", async () => {
    const lake = path.join(folder, "large");
    const large = await runLocally({
      sources: [moviesDataset, fred],
      lake,
      only: ["fetch", "prepare"],
    });
    const account = large.record.accounts.find(({ source }) => source === "links");
    expect(account).to.include({ read: 45_843, kept: 45_843, quarantined: 0 });
    const files = path.join(lake, "work", "staging", "links", "*.parquet");
    expect(await ask(`select count(*) from '${files}' where tmdb_id is null`)).to.deep.equal([
      ["219"],
    ]);
  });

  it("add up in every column of every table to what the oracle in Python found", async () => {
    const { tables } = await catalog();
    const compared = tables.filter(({ id }) => figures[id] !== undefined);
    expect(compared).to.have.length(Object.keys(figures).length).and.length(30);
    const queries = compared.map(({ id, columns }) => {
      const known = columns.filter(({ name }) => figures[id]?.columns[name] !== undefined);
      const sums = known.map(
        ({ name, type }) => `count(${name}), coalesce(sum(${weight[type](name)}), 0)`,
      );
      expect(known.length, id).to.equal(Object.keys(figures[id]!.columns).length);
      return `select count(*), ${sums.join(", ")} from ${id}`;
    });
    const answers = await askAll(path.join(folder, "warehouse.duckdb"), queries);
    for (const [index, { id, columns }] of compared.entries()) {
      const [rows, ...sums] = (answers[index]?.[0] ?? []).map(Number);
      expect(rows, id).to.equal(figures[id]!.rows);
      const names = columns.map(({ name }) => name).filter((name) => name in figures[id]!.columns);
      for (const [place, name] of names.entries()) {
        const [filled, sum] = figures[id]!.columns[name]!;
        expect(sums[2 * place], `${id}.${name}`).to.equal(filled);
        const tolerance = 1e-12 * Math.max(1, Math.abs(sum));
        expect(sums[2 * place + 1], `${id}.${name}`).to.be.closeTo(sum, tolerance);
      }
    }
  });
});
