import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { expect } from "chai";

import type { Cloud } from "../../jobs/cloud/cloud.ts";
import { Session } from "../../jobs/duckdb.ts";
import { tableFolder } from "../../jobs/lake/table-files.ts";
import {
  type Checksum,
  checksumDifferences,
  checksumFrom,
  checksumOf,
} from "../../jobs/warehouse/bigquery/checksum.ts";
import type { Load } from "../../jobs/warehouse/bigquery/load.ts";
import { BigQueryWarehouse } from "../../jobs/warehouse/bigquery/warehouse.ts";
import type { Table } from "../../sql/catalog/types.ts";
import { tableOf } from "../support/catalog.ts";
import { type CloudDoubles, describeOnCloud } from "../support/cloud/doubles.ts";
import { putFiles } from "../support/cloud/environment.ts";
import { makeSample, type Sample } from "../support/cloud/sample.ts";
import { failure } from "../support/errors.ts";
import { withFolder } from "../support/folder.ts";
import { quietLog } from "../support/pipeline.ts";
import { localRows, rowsInBigQuery } from "../support/cloud/whole.ts";
import { expectSameRows } from "../support/rows.ts";
import { askAll, askWarehouse } from "../support/warehouse.ts";

/** No test waits for what passes by itself. */
const patience = {
  requests: { maxRetries: 3, maxRetryDelay: 0.01 },
  betweenJobsMilliseconds: 1,
  pollMilliseconds: 5,
};

describeOnCloud("the warehouse on BigQuery", "loads, months, checksums", (shared) => {
  let sample: Sample;
  before(async () => {
    sample = await makeSample(shared.doubles);
  });
  after(async () => {
    await rm(sample.folder, { recursive: true, force: true });
  });

  it("holds, row by row, what the local warehouse holds, however often it is loaded", async () => {
    const { cloud, tables, file, loads } = sample;
    const warehouse = warehouseOf(cloud);
    await warehouse.preflight(tables);
    for (const time of ["first", "second"]) {
      const loaded = await warehouse.load(loads);
      const counts = loads.map(({ table, rows }) => [table.id, rows]);
      expect(
        loaded.map(({ table, rows }) => [table.id, rows]),
        time,
      ).to.have.deep.members(counts);
    }
    const local = await askAll(file, tables.map(localRows));
    expect(local.flat()).to.have.length.above(3000);
    for (const [index, table] of tables.entries()) {
      const types = table.columns.map(({ type }) => type);
      expectSameRows(await rowsInBigQuery(warehouse, table), local[index] ?? [], types);
    }
    // Nothing of the declaration is lost on the way.
    await warehouse.preflight(tables);
  });

  it("amounts, table by table, to what the local files amount to", async () => {
    const { cloud, tables, version, loads } = sample;
    const warehouse = warehouseOf(cloud);
    await warehouse.load(loads);
    for (const table of tables) {
      const [here, there] = [
        await checksumHere(table, `read_parquet('${tableFolder(version, table)}/*.parquet')`),
        await checksumThere(warehouse, table),
      ];
      expect(checksumDifferences(here, there), table.id).to.deep.equal([]);
      expect(here.rows).to.equal(loads.find((load) => load.table === table)?.rows);
    }
  });

  it("tells a changed value from the checksum, and an exchanged one", async () => {
    const { cloud, loads } = sample;
    const warehouse = warehouseOf(cloud);
    await warehouse.load(loads);
    const ratings = await tableOf("staging.ratings");
    const before = await checksumThere(warehouse, ratings);
    const name = warehouse.everyRowOf(ratings).split(" WHERE ")[0] ?? "";
    const change = async (set: string): Promise<string[]> => {
      await warehouse.query(`UPDATE ${name} SET ${set} WHERE rated_month > DATE '1900-01-01'`);
      return checksumDifferences(before, await checksumThere(warehouse, ratings));
    };
    // The sum of all ratings stays as it is.
    const exchanged = await change(
      "rating = CASE rating WHEN 4 THEN 3 WHEN 3 THEN 4 ELSE rating END",
    );
    expect(exchanged).to.have.length(1);
    expect(exchanged[0]).to.match(/^rating sums up to/);
    const moved = await change("rated_at = TIMESTAMP_ADD(rated_at, INTERVAL 1 MICROSECOND)");
    expect(moved).to.include("other rows");
  });

  it("exchanges months, again and again, and leaves all others alone", async () => {
    const { cloud, loads, file } = sample;
    const ratings = await tableOf("staging.ratings");
    const warehouse = warehouseOf(cloud);
    await warehouse.load(loads);
    const count = "select strftime(rated_month, '%Y-%m'), count(*) from staging.ratings";
    const months = await askWarehouse(file, `${count} group by 1 order by 2 desc, 1 limit 3`);
    const [first, second, third] = months.map(([month]) => month!) as [string, string, string];
    const rowsOf = (month: string): number =>
      Number(months.find(([each]) => each === month)?.[1] ?? 0);
    const all = loads.find(({ table }) => table === ratings)?.rows ?? 0;

    // Of the first month only films with an even number stay, of the second nothing; the third stays.
    await withFolder(async (folder) => {
      const kept = `from staging.ratings where strftime(rated_month, '%Y-%m') = '${first}' and movie_id % 2 = 0`;
      const rows = Number((await askWarehouse(file, `select count(*) ${kept}`))[0]?.[0]);
      expect(rows).to.be.within(1, rowsOf(first) - 1);
      await writeParquet(file, `select * ${kept}`, path.join(folder, "part-0.parquet"));
      const uris = await putFiles(shared.doubles, cloud, folder, "exchange/one");
      const total = all - rowsOf(first) - rowsOf(second) + rows;
      const exchange = { table: ratings, months: [first, second], uris, rows, total };
      for (let times = 0; times < 2; times += 1) {
        const loaded = await warehouse.exchangeMonths(exchange);
        expect(loaded?.rows).to.equal(rows);
      }
      const expected = await askWarehouse(
        file,
        `${localRows(ratings)} where strftime(rated_month, '%Y-%m') not in ('${first}', '${second}')
           or (strftime(rated_month, '%Y-%m') = '${first}' and movie_id % 2 = 0)`,
      );
      const types = ratings.columns.map(({ type }) => type);
      expectSameRows(await rowsInBigQuery(warehouse, ratings), expected, types);
      expect(await tablesOf(shared.doubles, cloud)).not.to.match(/ratings__/);

      // A row of a month that is not exchanged would be there twice.
      const wrong = { ...exchange, months: [third] };
      const error = await failure(warehouse.exchangeMonths(wrong), "cloud");
      expect(error.line).to.match(/a row of another month/);
      expectSameRows(await rowsInBigQuery(warehouse, ratings), expected, types);
      expect(await tablesOf(shared.doubles, cloud)).not.to.match(/ratings__/);
    });

    const total = (await warehouse.rowCount(ratings)) - rowsOf(third);
    const emptied = { table: ratings, months: [third], uris: [], rows: 0, total };
    await warehouse.exchangeMonths(emptied);
    expect(await warehouse.rowCount(ratings)).to.equal(total);
  });

  it("reads staging files where they lie, and others once it is pointed to them", async () => {
    const { cloud, loads } = sample;
    const warehouse = warehouseOf(cloud);
    const staging = loads.filter(
      ({ table }) => table.layer === "staging" && table.name !== "links",
    );
    const [one, other] = staging.filter(({ rows }) => rows > 0) as [Load, Load];
    await warehouse.external(staging);
    const name = `\`${cloud.settings.project.id}.${cloud.names.datasets.staging}.${one.table.name}_files\``;
    const count = async () =>
      (await warehouse.query(`SELECT COUNT(*) AS n FROM ${name}`))[0]?.["n"];
    expect(await count()).to.equal(one.rows);
    const uris = [...one.uris, ...one.uris];
    await warehouse.external([{ table: one.table, uris }, other]);
    expect(await count()).to.equal(2 * one.rows);
  });

  it("leaves a table as it was whose files are not there, and says which", async () => {
    const { cloud, loads } = sample;
    const warehouse = warehouseOf(cloud);
    const load = loads.find(({ rows }) => rows > 0)!;
    await warehouse.load([load]);
    const uris = [...load.uris, `gs://${cloud.names.lake}/nowhere.parquet`];
    const { line } = await failure(warehouse.load([{ ...load, uris }]), "cloud");
    expect(line).to.match(/failed: Not found: URI gs:\/\/.*nowhere.parquet.*run again/);
    expect(await warehouse.rowCount(load.table)).to.equal(load.rows);
  });

  it("goes on with a job whose beginning it did not hear of", async () => {
    const { cloud, loads } = sample;
    const { bigquery } = shared.doubles;
    const [load] = loads as [Load];
    const job = new RegExp(`^POST .*/jobs .*"${load.table.name}"`);
    bigquery.failNext(job, { status: 200, afterwards: true });
    const from = bigquery.requests.length;
    const [loaded] = await warehouseOf(cloud).load([load]);
    expect(loaded?.rows).to.equal(load.rows);
    const inserts = bigquery.requests
      .slice(from)
      .filter(({ method, path: where }) => method === "POST" && where.endsWith("/jobs"));
    expect(inserts.map(({ status }) => status)).to.deep.equal([0, 409]);
  });
});

async function checksumHere(table: Table, from: string): Promise<Checksum> {
  const session = await Session.open({ macros: [], spillFolder: tmpdir() });
  try {
    const [row = {}] = await session.rows(checksumOf(table, from, "duckdb"));
    return checksumFrom(table, row);
  } finally {
    session.close();
  }
}

async function checksumThere(warehouse: BigQueryWarehouse, table: Table): Promise<Checksum> {
  const sql = checksumOf(table, warehouse.everyRowOf(table), "bigquery");
  const [row = {}] = await warehouse.query(sql, "prove");
  return checksumFrom(table, row);
}

async function writeParquet(warehouse: string, select: string, file: string): Promise<void> {
  const session = await Session.open({ macros: [], spillFolder: tmpdir() });
  try {
    await session.run(`set TimeZone = 'UTC'; attach '${warehouse}' as w (read_only); use w`);
    await session.run(`copy (${select}) to '${file}' (format parquet)`);
  } finally {
    session.close();
  }
}

/** Names of all tables in the staging dataset, as one text. */
async function tablesOf({ bigquery }: CloudDoubles, { settings, names }: Cloud): Promise<string> {
  const where = `/bigquery/v2/projects/${settings.project.id}/datasets/${names.datasets.staging}/tables`;
  return (await fetch(`${bigquery.origin}${where}`)).text();
}

let runs = 0;

/** As another run sees it. */
function warehouseOf(cloud: Cloud): BigQueryWarehouse {
  runs += 1;
  const id = `20261121T120000Z-${String(runs).padStart(4, "0")}`;
  return new BigQueryWarehouse(cloud, { id, startedAt: new Date() }, quietLog(), { patience });
}
