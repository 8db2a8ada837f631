import path from "node:path";

import type { Cloud } from "../../jobs/cloud/cloud.ts";
import { Session } from "../../jobs/duckdb.ts";
import { tableFiles } from "../../jobs/lake/table-files.ts";
import { usualOptions } from "../../jobs/options.ts";
import { runPipeline, steps } from "../../jobs/pipeline.ts";
import type { Log } from "../../jobs/report/log.ts";
import type { Run } from "../../jobs/run.ts";
import {
  checksumDifferences,
  checksumFrom,
  checksumOf,
} from "../../jobs/warehouse/bigquery/checksum.ts";
import { BigQueryWarehouse } from "../../jobs/warehouse/bigquery/warehouse.ts";
import type { Table } from "../../sql/catalog/types.ts";
import { expectMadeUp, undisturbed } from "./base.ts";
import { deniedSpark } from "./denials.ts";
import { usualOutside } from "./outside.ts";
import { emptyPlan } from "./plan.ts";
import type { Point } from "./report.ts";
import { hiddenStaging } from "./viewers.ts";

/**
 * Runs the sample here and on Google Cloud, and looks at what came of it.
 *
 * @param work a folder for both lakes
 * @param outside whom the last points ask; Google Cloud itself
 * @throws MarqueeError where a run cannot go on, or somebody else publishes meanwhile: nothing can be said
 *   of the rest then
 */
export async function prove(
  cloud: Cloud,
  work: string,
  log: Log,
  outside = usualOutside(),
): Promise<Point[]> {
  const common = { ...usualOptions, sources: ["sample"], only: steps.map(({ name }) => name) };
  const local = await runPipeline({ ...common, lake: path.join(work, "local") }, log);
  const { environment } = cloud.settings;
  const there = { target: "gcp", engine: "spark", environment } as const;
  const options = { ...common, ...there, lake: path.join(work, "cloud") };
  const run = await runPipeline(options, log, new Date(), (lake) => expectMadeUp(cloud, lake));

  const warehouse = new BigQueryWarehouse(cloud, run, log);
  const ofTables = await undisturbed(cloud, run.id, async () => [
    ...(await sameTables(local, warehouse)),
    await prunedPartitions(local.catalog.tables, warehouse),
  ]);
  return [
    ...ofTables,
    await hiddenStaging(cloud, outside),
    await deniedSpark(cloud, outside),
    await emptyPlan(environment, outside.plan),
  ];
}

/** Every table in BigQuery against the local run's, by checksums that each engine calculates itself. */
async function sameTables({ catalog, lake }: Run, warehouse: BigQueryWarehouse): Promise<Point[]> {
  const version = path.join(lake.folder, "current");
  const spillFolder = path.join(lake.folder, "spill");
  const session = await Session.open({ macros: catalog.macros, spillFolder });
  const points: Point[] = [];
  try {
    for (const table of catalog.tables.filter(({ layer }) => layer !== "ops")) {
      const files = `read_parquet(${tableFiles(version, table)})`;
      const [here = {}] = await session.rows(checksumOf(table, files, "duckdb"));
      const from = warehouse.everyRowOf(table);
      const [there = {}] = await warehouse.query(checksumOf(table, from, "bigquery"), "prove");
      const [one, other] = [checksumFrom(table, here), checksumFrom(table, there)];
      const differences = checksumDifferences(one, other);
      const same = [`${one.rows} rows, checksum ${one.quarters.join(" ")} on both`];
      points.push({
        what: `${table.id} is the same in BigQuery as on this machine`,
        holds: differences.length === 0,
        facts: differences.length === 0 ? same : differences.map((text) => `here / there: ${text}`),
      });
    }
  } finally {
    session.close();
  }
  return points;
}

/** A month of a partitioned table costs less than all of it, by BigQuery's own dry runs. */
async function prunedPartitions(
  tables: readonly Table[],
  warehouse: BigQueryWarehouse,
): Promise<Point> {
  const facts: string[] = [];
  let holds = true;
  for (const table of tables.filter(({ partition }) => partition?.filterRequired === true)) {
    const column = table.partition?.column ?? "";
    const all = `SELECT * FROM ${warehouse.everyRowOf(table)}`;
    const month = `${all} AND ${column} = DATE '2015-06-01'`;
    const [whole, pruned] = [await warehouse.dryRun(all), await warehouse.dryRun(month)];
    facts.push(`${table.id}: ${whole} bytes, of which a month has ${pruned}`);
    holds &&= pruned < whole;
  }
  return { what: "A query of one month does not scan the others", holds, facts };
}
