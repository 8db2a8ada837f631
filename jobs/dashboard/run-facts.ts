import path from "node:path";

import type { Catalog } from "../../sql/catalog/catalog.ts";
import { quoted, type Session } from "../duckdb.ts";
import { readState } from "../lake/state.ts";
import { showTable } from "../lake/table-files.ts";
import type { SourceAccount } from "../prepare/account.ts";

/** What the page says of the run behind it. */
export interface RunFacts {
  runId: string;
  /** As a person reads an instant: 2026-11-21 10:15 (UTC). */
  finishedAt: string;
  seconds: number;
  sources: string;
  engine: string;
  synthetic: boolean;
  /** What the answers lack; empty where nothing. */
  message: string;
  /** The day of the newest rating; undefined where there is none. */
  newestRating: string | undefined;
  /** Of all deliveries together. */
  accounts: SourceAccount[];
  /** Of the run that prepared the tables last. */
  quarantine: { source: string; code: string; records: number; example: string }[];
  checks: { held: number; broken: { table: string; name: string; failingRows: number }[] };
}

/**
 * Reads how the tables of a version came to be: from its state what was prepared, of all its
 * deliveries, and from ops what the runs told that prepared and checked them.
 *
 * @param root folder of the version
 * @returns undefined where nothing was ever prepared there
 */
export async function readRunFacts(
  session: Session,
  catalog: Catalog,
  root: string,
): Promise<RunFacts | undefined> {
  const state = await readState(path.join(root, "lake.json"));
  const prepared = state?.prepared;
  if (prepared === undefined) return undefined;
  const read = ["ops.runs", "ops.quarantine", "ops.checks", "staging.ratings"];
  const tables = catalog.tables.filter(({ id }) => read.includes(id));
  for (const table of tables) await showTable(session, root, table);

  const ofRun = (runId: string): string => `run_id = ${quoted(runId)}`;
  const [run = []] = await session.table(`
    select strftime(finished_at, '%Y-%m-%d %H:%M'), epoch(finished_at) - epoch(started_at),
        engine, message
    from ops.runs where ${ofRun(state?.checkedBy ?? prepared.runId)}`);
  const [finishedAt, seconds, engine, message] = run;
  const [newest] = await session.table(
    "select strftime(max(rated_at), '%Y-%m-%d') from staging.ratings",
  );
  return {
    runId: prepared.runId,
    finishedAt: text(finishedAt),
    seconds: Number(seconds ?? 0),
    sources: prepared.sources.join(", "),
    engine: text(engine),
    synthetic: prepared.synthetic,
    message: text(message),
    newestRating: text(newest?.[0]) || undefined,
    accounts: prepared.accounts.toSorted((one, other) => other.read - one.read),
    quarantine: await readQuarantine(session, ofRun(prepared.runId)),
    checks: await readChecks(session, ofRun(state?.checkedBy ?? "")),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** By source and reason, with the first of each: one look often tells what is the matter. */
async function readQuarantine(session: Session, ofRun: string): Promise<RunFacts["quarantine"]> {
  const rows = await session.table(`
    select source, reason_code, count(*), arg_min(reason, record_number)
    from ops.quarantine where ${ofRun} group by all order by 3 desc, 1, 2`);
  return rows.map(([source, code, records, example]) => ({
    source: text(source),
    code: text(code),
    records: Number(records),
    example: text(example),
  }));
}

async function readChecks(session: Session, ofRun: string): Promise<RunFacts["checks"]> {
  const held = await session.number(`select count(*) from ops.checks where ${ofRun} and passed`);
  const rows = await session.table(`
    select table_name, check_name, failing_rows
    from ops.checks where ${ofRun} and not passed order by failing_rows desc, 1, 2`);
  const broken = rows.map(([table, name, failingRows]) => ({
    table: text(table),
    name: text(name),
    failingRows: Number(failingRows),
  }));
  return { held, broken };
}
