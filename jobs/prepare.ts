import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { Catalog } from "../sql/catalog/catalog.ts";
import { sourceFolders } from "./fetch/folders.ts";
import { type Change, emptyState } from "./lake/state.ts";
import { expectAllArrived, summed } from "./prepare/account.ts";
import { commandOf } from "./options.ts";
import { findFiles, type FoundFiles } from "./prepare/find.ts";
import { keepRecords, stagingOf } from "./prepare/kept-records.ts";
import {
  expectNoStrangers,
  expectWholeBase,
  mergeBase,
  tellGivenUp,
} from "./prepare/merge-base.ts";
import { readSource, type SourceReading } from "./prepare/read-source.ts";
import { makeStaging } from "./prepare/staging.ts";
import type { Run } from "./run.ts";

/**
 * Reads every source's files into typed staging tables: one record a key, the faulty ones in
 * quarantine, every record accounted for. A merge adds them to what is published.
 */
export async function prepare(run: Run): Promise<void> {
  const { catalog, lake, record, log, options } = run;
  const folders = await sourceFolders(options.sources, run);
  const { files: found, notRead } = await findFiles(catalog.sources, folders, options);
  for (const names of notRead) log.info(`Not read in ${names}`, { step: "prepare" });
  await keepRaw(run, found);
  const state = await mergeBase(run);
  const base = state?.prepared;
  const deliveries = [...found.values()].flat().map(({ delivery }) => delivery.folder);
  record.sources = options.sources;
  record.command = commandOf(options);
  record.synthetic = await someAreSynthetic(new Set([...folders, ...deliveries]));
  if (base !== undefined) expectNoStrangers(run, base, record.synthetic);
  await tellGivenUp(run);
  await (base === undefined ? lake.startWork() : lake.startMerge(namesIn(catalog)));
  const typedFolder = path.join(lake.work, "typed");
  await mkdir(typedFolder);

  const changes: Record<string, Change> = {};
  const replaced = new Map<string, number>();
  await log.progress("prepare", found.size + stagingOf(catalog).length, async (tick) => {
    for (const [source, files] of found) {
      if (base !== undefined && files.length === 0) continue;
      tick(source.name);
      const reading = await readSource(run.session, source, files, {
        typedFolder,
        runStart: run.startedAt,
        delivered: options.delivered,
        months: options.months,
        base: base && (await expectWholeBase(run, source, base)),
      });
      tell(run, source.name, reading);
      replaced.set(source.name, reading.replaced);
      await keepRecords(run, source, reading, base !== undefined);
      for (const table of stagingOf(catalog, source)) {
        tick(table.id);
        const { change, made } = await makeStaging(run, table, reading, base !== undefined);
        changes[table.id] = change;
        if (made !== undefined) record.made.push({ step: "prepare", ...made });
      }
    }
  });

  const accounts = summed(base?.accounts ?? [], record.accounts, replaced);
  for (const { table, rows } of record.made) expectAllArrived(table, rows, accounts);
  await lake.writeWorkState({
    ...emptyState,
    fingerprints: state?.fingerprints,
    prepared: {
      runId: run.id,
      sources: [...new Set([...(base?.sources ?? []), ...options.sources])],
      command: record.command,
      synthetic: record.synthetic || (base?.synthetic ?? false),
      accounts,
      root: base === undefined ? run.id : (base.root ?? base.runId),
      ...(base && { base: base.runId, merge: { onto: base.runId, changes } }),
    },
  });
}

/** A lake in a bucket keeps the files as they were received. */
async function keepRaw({ cloud, log }: Run, found: FoundFiles): Promise<void> {
  if (cloud === undefined) return;
  const files = [...found].flatMap(([source, ofSource]) =>
    ofSource.map(({ path: file }) => ({ source: source.name, file })),
  );
  await log.transfer(
    "sending raw files",
    (progress) => cloud.bucket.putRaw(files, progress),
    "prepare",
  );
}

/** The tables, and what is kept of the sources, that a merge takes over: as folders of a version. */
function namesIn({ tables, sources }: Catalog): string[] {
  const made = tables.filter(({ layer }) => layer !== "ops");
  return [
    ...made.map(({ layer, name }) => `${layer}/${name}`),
    ...sources.map(({ name }) => `kept/${name}`),
  ];
}

function tell({ log, record }: Run, source: string, reading: SourceReading): void {
  const { account, quarantined: faults, replaced, warnings } = reading;
  record.accounts.push(account);
  record.quarantined.push(...faults.map((ofFile) => ({ source, ...ofFile })));
  const { read, kept, superseded, quarantined, outsideMonths } = account;
  for (const warning of warnings) log.warn(warning, { step: "prepare", source });
  if (outsideMonths > 0 && outsideMonths === read - quarantined) {
    log.warn(`no record of ${source} lies in the months asked for: ${outsideMonths} lie outside`, {
      step: "prepare",
      source,
    });
  }
  log.detail(
    `${source}: ${read} records read, ${kept} kept, ${superseded} superseded, ${quarantined} quarantined, ${outsideMonths} outside the months; ${replaced} earlier ones replaced`,
    { step: "prepare", ...account, replaced },
  );
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, "utf8"));
}

/** A folder of made-up data says so in origin.json; one such folder makes the whole run synthetic. */
async function someAreSynthetic(folders: ReadonlySet<string>): Promise<boolean> {
  const origins = await Promise.all(
    [...folders].map((folder) => readJson(path.join(folder, "origin.json")).catch(() => undefined)),
  );
  return origins.some(
    (origin) =>
      typeof origin === "object" &&
      origin !== null &&
      "synthetic" in origin &&
      origin.synthetic === true,
  );
}
