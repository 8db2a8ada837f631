import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import { sourceFolders } from "./fetch/folders.ts";
import { emptyState } from "./lake/state.ts";
import { writeTable } from "./lake/table-files.ts";
import { findFiles } from "./prepare/find.ts";
import { expectAllArrived } from "./prepare/account.ts";
import { readSource, type SourceReading } from "./prepare/read-source.ts";
import type { Run } from "./run.ts";

/**
 * Reads every source's files into typed staging tables: one record a key, the faulty ones in
 * quarantine, every record accounted for.
 */
export async function prepare(run: Run): Promise<void> {
  const { catalog, lake, session, record, log, options, startedAt: runStart } = run;
  const folders = await sourceFolders(options.sources, run);
  const { files: found, notRead } = await findFiles(catalog.sources, folders, options);
  for (const names of notRead) log.info(`Not read in ${names}`, { step: "prepare" });
  await lake.startWork();
  const typedFolder = path.join(lake.work, "typed");
  await mkdir(typedFolder);

  record.sources = options.sources;
  const deliveries = [...found.values()].flat().map(({ delivery }) => delivery.folder);
  record.synthetic = await someAreSynthetic(new Set([...folders, ...deliveries]));
  const staging = catalog.tables.filter((table) => table.layer === "staging");
  await log.progress("prepare", found.size + staging.length, async (tick) => {
    for (const [source, files] of found) {
      tick(source.name);
      const reading = await readSource(session, source, files, { typedFolder, runStart });
      record.accounts.push(reading.account);
      record.quarantined.push(
        ...reading.quarantined.map((faults) => ({ source: source.name, ...faults })),
      );
      tell(run, reading);
    }
    for (const table of staging) {
      tick(table.id);
      record.made.push({ step: "prepare", ...(await writeTable(session, lake.work, table)) });
    }
  });

  for (const { table, rows } of record.made) expectAllArrived(table, rows, record.accounts);

  await lake.writeWorkState({
    ...emptyState,
    prepared: {
      runId: run.id,
      sources: options.sources,
      synthetic: record.synthetic,
      accounts: record.accounts,
    },
  });
}

function tell({ log }: Run, { account, warnings }: SourceReading): void {
  const { source, read, kept, superseded, quarantined } = account;
  for (const warning of warnings) log.warn(warning, { step: "prepare", source });
  log.detail(
    `${source}: ${read} records read, ${kept} kept, ${superseded} superseded, ${quarantined} quarantined`,
    { step: "prepare", ...account },
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
