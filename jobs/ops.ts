import { mkdir } from "node:fs/promises";
import path from "node:path";

import type { Catalog } from "../sql/catalog/catalog.ts";
import { createTable } from "../sql/catalog/bind.ts";
import { duckdbType, type Severity, type Table } from "../sql/catalog/types.ts";
import { quoted, type Session } from "./duckdb.ts";
import type { Claim, ClaimedRun } from "./lake/lock.ts";
import type { Change } from "./lake/state.ts";
import { type MadeTable, tableFiles, tableFolder } from "./lake/table-files.ts";
import { commandOf } from "./options.ts";
import type { SourceAccount } from "./prepare/account.ts";
import type { QuarantinedRecord } from "./prepare/quarantine.ts";
import { gitCommit, type Run } from "./run.ts";

export type RunStatus = "succeeded" | "failed" | "killed";

export interface CheckResult {
  table: string;
  name: string;
  severity: Severity;
  failingRows: number;
  query: string;
}

/** What one run did: filled step by step, written into the ops tables when it ends. */
export interface RunRecord {
  accounts: SourceAccount[];
  quarantined: { source: string; file: string; records: QuarantinedRecord[] }[];
  made: (MadeTable & { step: string })[];
  steps: { step: string; seconds: number; peakMemoryBytes: number }[];
  checks: CheckResult[];
  /** Of a merge that is published: what it has changed. */
  changes: Readonly<Record<string, Change>> | undefined;
  synthetic: boolean | undefined;
  /** Names or folders that the tables come from; undefined while no step has read or found them. */
  sources: string[] | undefined;
  /** The command that makes them again from the start; undefined as long as the sources are. */
  command: string | undefined;
  /** Which answers are empty or partial, and for want of what. */
  remarks: string[];
  /** Whether readers see this run's tables. */
  published: boolean;
}

export function newRecord(): RunRecord {
  return {
    accounts: [],
    quarantined: [],
    made: [],
    steps: [],
    checks: [],
    changes: undefined,
    synthetic: undefined,
    sources: undefined,
    command: undefined,
    remarks: [],
    published: false,
  };
}

interface RunEnding {
  id: string;
  startedAt: Date;
  finishedAt: Date;
  status: RunStatus;
  target: string;
  engine: string;
  sources: string[];
  command: string;
  gitCommit: string | undefined;
  message: string | undefined;
}

async function endingOf(
  { id, startedAt, engine, options, record }: Run,
  status: RunStatus,
  message: string | undefined,
): Promise<RunEnding> {
  return {
    id,
    startedAt,
    finishedAt: new Date(),
    status,
    target: options.target,
    engine: engine.name,
    sources: record.sources ?? options.sources,
    command: record.command ?? commandOf(options),
    gitCommit: await gitCommit(import.meta.dirname),
    message: message === "" ? undefined : message,
  };
}

/**
 * Writes the ops tables of a version: those of the version before it, and this run's rows, with the
 * row that is still owed to a killed run.
 *
 * @param target folder of the new version
 */
export async function writeOps(
  run: Run,
  target: string,
  status: RunStatus,
  message: string | undefined,
): Promise<void> {
  const { session, catalog, lake, cloud, record } = run;
  const previous = (await lake.published())?.folder;
  const claims = [lake.interrupted, cloud?.bucket.lease.interrupted].filter(
    (one) => one !== undefined,
  );
  // A run that was killed on this machine has left both.
  const interrupted = [...new Map(claims.map((claim) => [claim.runId, claim])).values()];
  const rows = opsRows(await endingOf(run, status, message), record, interrupted);
  await session.run("create schema if not exists new_ops");
  for (const table of opsTables(catalog)) {
    const name = `new_ops.${table.name}`;
    await session.run(`drop table if exists ${name}; ${createTable(name, table)}`);
    await insertRows(session, name, table, rows[table.name] ?? []);
    const old = previous === undefined ? undefined : await oldRows(session, previous, table);
    if (table.name === "runs" && old !== undefined) await forgetToldRuns(session, old);

    const folder = tableFolder(target, table);
    await mkdir(folder, { recursive: true });
    const all = old === undefined ? "" : `union all by name select * from ${old}`;
    await session.run(`
      copy (select * from ${name} ${all} order by ${["started_at", ...table.key].join(", ")})
      to ${quoted(path.join(folder, "part-00000.parquet"))} (format parquet, compression zstd)`);
  }
}

export function opsTables(catalog: Catalog): Table[] {
  return catalog.tables.filter((table) => table.layer === "ops");
}

/** A run that was killed with its last word said has its row already. */
async function forgetToldRuns(session: Session, old: string): Promise<void> {
  await session.run(
    `delete from new_ops.runs where status = 'killed' and run_id in (select run_id from ${old})`,
  );
}

/** A relation, to be taken by name, so that a column that is new since then is NULL in old rows. */
async function oldRows(
  session: Session,
  previous: string,
  table: Table,
): Promise<string | undefined> {
  const files = tableFiles(previous, table);
  const found = await session.number(`select count(*) from glob(${files})`);
  return found === 0 ? undefined : `read_parquet(${files})`;
}

async function insertRows(
  session: Session,
  name: string,
  table: Table,
  rows: object[],
): Promise<void> {
  if (rows.length === 0) return;
  const structure = Object.fromEntries(
    table.columns.map((column) => [column.name, duckdbType[column.type]]),
  );
  const json = JSON.stringify(rows);
  await session.run(
    `insert into ${name}
     select element.* from (
       select unnest(from_json($rows, ${quoted(JSON.stringify([structure]))})) as element
     )`,
    { rows: json },
  );
}

function opsRows(
  ending: RunEnding,
  record: RunRecord,
  interrupted: readonly (ClaimedRun & Pick<Claim, "processId">)[],
): Record<string, object[]> {
  const run = { run_id: ending.id, started_at: ending.startedAt.toISOString() };
  const common = { target: ending.target, engine: ending.engine };
  const killed = interrupted.map(({ runId, startedAt, sources, processId, ...claimed }) => ({
    run_id: runId,
    started_at: startedAt,
    status: "killed",
    sources: sources.join(", "),
    command: claimed.command,
    // An older Marquee claims without them.
    target: claimed.target ?? common.target,
    engine: claimed.engine ?? common.engine,
    message: `Its process ${processId} ended without a word; nothing of it was published`,
  }));
  return {
    runs: [
      ...killed,
      {
        ...run,
        ...common,
        finished_at: ending.finishedAt.toISOString(),
        status: ending.status,
        sources: ending.sources.join(", "),
        synthetic: record.synthetic,
        command: ending.command,
        git_commit: ending.gitCommit,
        message: ending.message,
      },
    ],
    sources: record.accounts.map((account) => ({
      ...run,
      source: account.source,
      files: account.files,
      bytes: account.bytes,
      records_read: account.read,
      records_kept: account.kept,
      records_superseded: account.superseded,
      records_quarantined: account.quarantined,
      records_outside_months: account.outsideMonths,
    })),
    steps: [
      ...record.made.map(({ step, table, rows, bytes, seconds }) => ({
        ...run,
        step,
        table_name: table.id,
        rows_written: rows,
        bytes,
        seconds,
      })),
      ...record.steps.map(({ step, seconds, peakMemoryBytes }) => ({
        ...run,
        step,
        seconds,
        peak_memory_bytes: peakMemoryBytes,
      })),
    ],
    checks: record.checks.map(({ table, name, severity, failingRows, query }) => ({
      ...run,
      table_name: table,
      check_name: name,
      severity,
      passed: failingRows === 0,
      failing_rows: failingRows,
      query,
    })),
    quarantine: record.quarantined.flatMap(({ source, file, records }) =>
      records.map(({ recordNumber, reasonCode, reason, record: text }) => ({
        ...run,
        source,
        file,
        record_number: recordNumber,
        reason_code: reasonCode,
        reason,
        record: text,
      })),
    ),
  };
}
