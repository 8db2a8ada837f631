import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../errors.ts";
import type { Catalog } from "../sql/catalog/catalog.ts";
import { sourceFolders } from "./fetch/folders.ts";
import { type Change, emptyState } from "./lake/state.ts";
import { fingerprintOf } from "./lake/table-files.ts";
import { expectAllArrived, summed } from "./prepare/account.ts";
import { findFiles } from "./prepare/find.ts";
import { baseOf, keepRecords, stagingOf } from "./prepare/kept-records.ts";
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
  const published = options.merge ? await lake.published() : undefined;
  const base = published?.state.prepared;
  if (base !== undefined) expectSameStaging(catalog, published?.state.fingerprints ?? {});
  await tellGivenUp(run);
  await (base === undefined ? lake.startWork() : lake.startMerge());
  const typedFolder = path.join(lake.work, "typed");
  await mkdir(typedFolder);

  record.sources = options.sources;
  const deliveries = [...found.values()].flat().map(({ delivery }) => delivery.folder);
  record.synthetic = await someAreSynthetic(new Set([...folders, ...deliveries]));
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
        base: base && baseOf(run, source),
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
    fingerprints: published?.state.fingerprints,
    prepared: {
      runId: run.id,
      sources: [...new Set([...(base?.sources ?? []), ...options.sources])],
      synthetic: record.synthetic || (base?.synthetic ?? false),
      accounts,
      ...(base && { merge: { onto: base.runId, changes } }),
    },
  });
}

/** Tables that an earlier run has prepared and not published are lost from here on: say so. */
async function tellGivenUp({ lake, log }: Run): Promise<void> {
  const prepared = (await lake.workState())?.prepared;
  if (prepared === undefined) return;
  const { runId, sources } = prepared;
  log.warn(`what run ${runId} made of ${sources.join(", ")} was never published and is given up`);
}

/** A merge leaves most rows of staging as they are: they must be what is declared today. */
function expectSameStaging(catalog: Catalog, fingerprints: Readonly<Record<string, string>>): void {
  const other = stagingOf(catalog).find(
    (table) => fingerprints[table.id] !== fingerprintOf(table, catalog),
  );
  if (other === undefined) return;
  throw new MarqueeError({
    reason: "lake",
    what: `${other.id} is declared otherwise than when this lake was made: nothing can be merged into it`,
    next: "Run once without --merge, from all sources",
  });
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
