import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { type Cloud, cloudOf } from "../../../jobs/cloud/cloud.ts";
import { tableFolder } from "../../../jobs/lake/table-files.ts";
import type { Load } from "../../../jobs/warehouse/bigquery/load.ts";
import { writeSample } from "../../../scripts/sample/index.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { catalog } from "../catalog.ts";
import { runLocally } from "../pipeline.ts";
import { devWith } from "../stacks.ts";
import { askAll } from "../warehouse.ts";
import type { CloudDoubles } from "./doubles.ts";
import { makeEnvironment, putFiles } from "./environment.ts";

/** A version of the sample, here and in the bucket. */
export interface Sample {
  cloud: Cloud;
  tables: readonly Table[];
  folder: string;
  version: string;
  file: string;
  loads: Load[];
}

/** Runs the sample here, and puts its files into the bucket of an environment. */
export async function makeSample(doubles: CloudDoubles): Promise<Sample> {
  const folder = await mkdtemp(path.join(tmpdir(), "marquee-test-"));
  const source = path.join(folder, "in");
  await writeSample(source, { ratings: 3000, movies: 300 });
  const lake = path.join(folder, "lake");
  await runLocally({ sources: [source], lake });
  const version = path.join(lake, "current");
  const file = path.join(version, "warehouse.duckdb");

  const cloud = cloudOf(await devWith());
  const { tables } = await catalog();
  await makeEnvironment(doubles, cloud, { tables });
  const counts = await askAll(
    file,
    tables.map(({ id }) => `select count(*) from ${id}`),
  );
  const loads: Load[] = [];
  for (const [index, table] of tables.entries()) {
    const prefix = `versions/one/${table.layer}/${table.name}`;
    const uris = await putFiles(doubles, cloud, tableFolder(version, table), prefix);
    loads.push({ table, uris, rows: Number(counts[index]?.[0]?.[0]) });
  }
  return { cloud, tables, folder, version, file, loads };
}
