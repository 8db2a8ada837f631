import path from "node:path";

import { expect } from "chai";

import type { Options } from "../../../jobs/options.ts";
import { withFolder } from "../folder.ts";
import { runLocally } from "../pipeline.ts";
import { expectSameLakes } from "../same-lakes.ts";
import { tinySource } from "../tiny-source.ts";
import { askWarehouse } from "../warehouse.ts";
import type { Worker } from "./dataproc-double-jobs.ts";
import {
  type DeployedEnvironment,
  expectSameInBigQuery,
  objectsIn,
  objectText,
  runThere,
  startEnvironment,
} from "./whole.ts";

/** An environment of its own, two sources, and a folder for the working copy. */
export interface Stage {
  environment: DeployedEnvironment;
  folder: string;
  source: string;
  /** The same films with other ratings. */
  other: string;
  lake: string;
}

const otherRatings =
  "userId,movieId,rating,timestamp\n1,10,1.0,946684800\n5,20,3.0,1009843201\n2,10,5.0,978307200\n";

export async function onStage(worker: Worker, use: (stage: Stage) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const source = await tinySource(path.join(folder, "in"));
    const other = await tinySource(path.join(folder, "other"), { "ratings.csv": otherRatings });
    const environment = await startEnvironment(worker);
    try {
      await use({ environment, folder, source, other, lake: path.join(folder, "copy") });
    } finally {
      await environment.stop();
    }
  });
}

/** Which version readers of the bucket see. */
export interface PointerText {
  runId: string;
  folder: string;
  loaded: boolean;
  files: { name: string; crc32c: string }[];
}

export async function pointerOf(environment: DeployedEnvironment): Promise<PointerText> {
  return JSON.parse(await objectText(environment, "current.json")) as PointerText;
}

/** What readers of the bucket have of tables: ops tell of every run, and are others each time. */
export function tablesIn({ files }: PointerText): string[] {
  const tables = files.filter(({ name }) => /^(staging|core|marts)\//.test(name));
  return tables.map(({ name, crc32c }) => `${name} ${crc32c}`);
}

/**
 * Goes on and expects all to be as if nothing had happened, and nothing to be left.
 *
 * @param sources what was delivered, in turn; the last one is delivered again
 * @param way how the run goes on; a merge stands on all of the sources
 */
export async function expectMended(
  { environment, folder, lake }: Pick<Stage, "environment" | "folder" | "lake">,
  sources: readonly string[],
  way: Partial<Options> = {},
): Promise<void> {
  const last = sources.at(-1) ?? "";
  await runThere({ sources: [last], lake, ...way });
  const local = path.join(folder, "local");
  const { merge = false } = way;
  for (const source of merge ? sources : [last]) {
    await runLocally({ sources: [source], lake: local, merge });
  }
  await expectSameLakes(lake, local);
  await expectSameInBigQuery(environment.cloud, path.join(lake, "warehouse.duckdb"));
  const objects = await objectsIn(environment);
  expect(objects.filter((name) => /^work\/|^lock/.test(name))).to.deep.equal([]);
  const pointer = await pointerOf(environment);
  expect(pointer).to.include({ loaded: true });
  const strange = objects.filter(
    (name) => name.startsWith("versions/") && !name.startsWith(`${pointer.folder}/`),
  );
  expect(strange, "files of other versions").to.deep.equal([]);
  const states = Object.values(environment.dataproc.states());
  expect(states.filter((state) => !/CANCELLED|ERROR|DONE|FAILED/.test(state))).to.deep.equal([]);
}

/** How the runs of a lake ended, in turn. */
export async function statuses(lake: string): Promise<unknown> {
  const rows = await askWarehouse(
    path.join(lake, "warehouse.duckdb"),
    "select status from ops.runs order by started_at, run_id",
  );
  return rows.map(([status]) => status);
}
