import path from "node:path";

import { expect } from "chai";

import type { Options } from "../../../jobs/options.ts";
import { crc32cOf } from "../../../jobs/lake/bucket/crc32c.ts";
import { runLocally } from "../pipeline.ts";
import { expectSameLakes } from "../same-lakes.ts";
import { listedAt } from "./fake-storage.ts";
import { pointerOf, type Stage } from "./stage.ts";
import { type DeployedEnvironment, expectSameInBigQuery } from "./whole.ts";

/**
 * Expects what is there to be what the same runs leave on one machine, without a run in between that
 * could put it right: in the working copy, in BigQuery and in the bucket, which has nothing else.
 *
 * @param expected a lake of the same runs on this machine
 */
export async function expectPublished(
  { environment, lake }: Pick<Stage, "environment" | "lake">,
  expected: string,
): Promise<void> {
  await expectSameLakes(lake, expected);
  await expectSameInBigQuery(environment.cloud, path.join(lake, "warehouse.duckdb"));
  const pointer = await pointerOf(environment);
  expect(pointer).to.include({ loaded: true });
  const named = await Promise.all(
    pointer.files.map(async ({ name, crc32c }) => {
      const here = await crc32cOf(path.join(lake, "current", name));
      expect(here, name).to.equal(crc32c);
      return `${pointer.folder}/${name} ${crc32c}`;
    }),
  );
  const stored = await checksumsIn(environment);
  const isUsual = (one: string): boolean => /^(raw|drivers)\/|^current\.json /.test(one);
  expect(stored.filter((one) => !isUsual(one)).sort()).to.deep.equal(named.sort());
}

/** Runs on this machine alone what was run on Google Cloud. @returns the lake */
export async function locally(folder: string, ...runs: Partial<Options>[]): Promise<string> {
  const lake = path.join(folder, "expected");
  for (const run of runs) await runLocally({ sources: [], ...run, lake });
  return lake;
}

/** Names of all objects in the lake's bucket, each with its checksum. */
async function checksumsIn({ doubles, cloud }: DeployedEnvironment): Promise<string[]> {
  const items = await listedAt(doubles.storage, cloud.names.lake);
  return items.map(({ name, crc32c }) => `${name} ${crc32c}`);
}
