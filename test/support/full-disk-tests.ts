import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";
import { zipSync } from "fflate";

import { exitCodes } from "../../errors.ts";
import { steps } from "../../jobs/pipeline.ts";
import { answers } from "./answers.ts";
import { failure } from "./errors.ts";
import { type Fullness, onFullDisk, type Write } from "./full-disk.ts";
import { quietLog, runLocally } from "./pipeline.ts";
import { tinyFiles } from "./tiny-source.ts";
import { namesIn, type TwoVersions, withTwoVersions } from "./two-versions.ts";
import { askWarehouse } from "./warehouse.ts";
import { contentsOf } from "./zip-files.ts";

const stepNames = steps.map(({ name }) => name);

/** A place among the writes of a step: 0 is the first one, 1 the last. */
export interface Place {
  part: number;
  once: boolean;
}

/**
 * Tests, for every step and for ops at the end of a run of single steps, a disk that is full from some
 * write on.
 */
export function fullDiskTests(places: readonly Place[]): void {
  const shared = withTwoVersions();
  for (const step of [...stepNames, "ops"]) {
    const only = step === "ops" ? ["fetch", "prepare"] : stepNames;
    for (const { part, once } of places) {
      const [place, room] = [`${part * 100} % of ${step}`, once ? "a moment" : "all of the run"];
      it(`leaves the old answers when it is full from ${place} on for ${room}`, async () => {
        const zip = await zipOfB(shared());
        const writes = await writesOfRun(shared(), zip, only);
        const numbers = writes.flatMap((write, number) => (write.step === step ? [number] : []));
        expect(numbers).not.to.deep.equal([]);
        const from = numbers[Math.round(part * (numbers.length - 1))]!;
        await expectOldAnswers(shared(), zip, only, { from, once }).catch((error: unknown) => {
          if (error instanceof Error) error.message += ` (at ${writes[from]!.what})`;
          throw error;
        });
      });
    }
  }
}

/** A zip, so that the step fetch has something to write. */
export async function zipOfB({ sourceOfB }: TwoVersions): Promise<string> {
  const files = Object.keys(tinyFiles).map(async (name) => {
    return [name, await readFile(path.join(sourceOfB, name))] as const;
  });
  const zip = path.join(path.dirname(sourceOfB), "b.zip");
  await writeFile(zip, zipSync(Object.fromEntries(await Promise.all(files))));
  return zip;
}

const known = new Map<string, Promise<Write[]>>();

/** What such a run writes where there is room. */
async function writesOfRun(versions: TwoVersions, zip: string, only: string[]): Promise<Write[]> {
  const work = async (): Promise<Write[]> => {
    const lake = await versions.lakeWithA(`room for ${only.length}`);
    const log = quietLog();
    return onFullDisk(only, undefined, log, () => runLocally({ sources: [zip], lake, only }, log));
  };
  const key = `${zip} ${only.length}`;
  const writes = known.get(key) ?? work();
  known.set(key, writes);
  return writes;
}

async function expectOldAnswers(
  versions: TwoVersions,
  zip: string,
  only: string[],
  fullness: Fullness,
): Promise<void> {
  const lake = await versions.lakeWithA(`full ${only.length} ${fullness.from} ${fullness.once}`);
  const [before, beforeBytes] = [await answers(lake), await tablesOf(lake)];
  const log = quietLog();
  await onFullDisk(only, fullness, log, async () => {
    const run = runLocally({ sources: [zip], lake, only }, log);
    const error = await failure(run, "lake");
    expect(error.exitCode).to.equal(exitCodes.lake);
    expect(error.line).to.match(/the disk is full.*Make room and run again/);
  });
  expect(await answers(lake)).to.deep.equal(before);
  expect(await tablesOf(lake)).to.deep.equal(beforeBytes);
  const told = fullness.once ? ["succeeded", "failed"] : ["succeeded"];
  expect(await statuses(lake), log.warnings.join("\n")).to.deep.equal(told);

  await runLocally({ sources: [zip], lake });
  expect(await answers(lake)).to.deep.equal(versions.answersB);
  expect(await statuses(lake)).to.deep.equal([...told, "succeeded"]);
  const names = (await namesIn(lake)).filter((name) => !name.startsWith("raw"));
  expect(names).to.deep.equal(versions.namesAfterB);
}

/** The Parquet files that readers see, byte for byte. */
async function tablesOf(lake: string): Promise<Record<string, Record<string, Buffer>>> {
  const layers = ["staging", "core", "marts"];
  const contents = layers.map(async (layer) => {
    return [layer, await contentsOf(path.join(lake, "current", layer))] as const;
  });
  return Object.fromEntries(await Promise.all(contents));
}

async function statuses(lake: string): Promise<unknown[]> {
  const file = path.join(lake, "warehouse.duckdb");
  return (await askWarehouse(file, "select status from ops.runs order by started_at")).flat();
}
