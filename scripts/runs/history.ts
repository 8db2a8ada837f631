import os from "node:os";
import path from "node:path";

import { asMarqueeError, MarqueeError, messageOf } from "../../errors.ts";
import { quoted, Session } from "../../jobs/duckdb.ts";
import type { LakeState } from "../../jobs/lake/state.ts";
import { type Holder, holderOf } from "../../jobs/lake/lock.ts";
import { expectLake, readPublished, workState } from "../lake/published.ts";

/** A run as ops tell of it, or as its claim does while it goes on. */
export interface ToldRun {
  id: string;
  startedAt: Date;
  finishedAt: Date | undefined;
  status: "succeeded" | "failed" | "killed" | "running";
  /** Whether ops have a row of it: a run that goes on has none, nor one that was just killed. */
  isInOps: boolean;
  engine: string | undefined;
  gitCommit: string | undefined;
  sources: string[];
  /** The command that does the same again; undefined of runs that did not keep it. */
  command: string | undefined;
  synthetic: boolean | undefined;
  message: string | undefined;
  /** In sum over its sources; undefined where it has read none. */
  records: { read: number; kept: number; quarantined: number } | undefined;
  /** The steps that it did or began, as far as they have left a row. */
  reached: string[];
}

/** What is known of a lake's runs at one moment. */
export interface History {
  lake: string;
  /** The newest first. */
  runs: ToldRun[];
  holder: Holder;
  /** The state of the unfinished tables. */
  work: LakeState | undefined;
}

/** An ops table of the version that is read: gives rows of a SELECT from it. */
export type Ask = (table: string, select: (from: string) => string) => Promise<Row[]>;
export type Row = Record<string, unknown>;

/**
 * Reads a lake's runs and whatever else is asked of its ops. Nothing is claimed and nothing written;
 * a run may go on and publish meanwhile.
 *
 * The Parquet files are read and not the warehouse: they need no lock, a version without a whole
 * warehouse still tells of its runs, and a column that older code did not know is simply there.
 *
 * @throws MarqueeError (usage) where there is no lake, (lake) where its ops cannot be read
 */
export async function readHistory<T>(
  lake: string,
  more: (history: History, ask: Ask) => Promise<T>,
): Promise<T> {
  await expectLake(lake);
  return readPublished(lake, async (published) => {
    // The claim goes first: a run that ends in between is in ops then, and not lost.
    const [holder, work] = [await holderOf(lake), await workState(lake)];
    return withOps(published?.folder, async (ask) => {
      const told = await runsIn(ask);
      const runs = [...claimedRun(holder, told), ...told].sort(
        (one, two) => two.startedAt.getTime() - one.startedAt.getTime(),
      );
      return more({ lake, runs, holder, work }, ask);
    }).catch((error: unknown) => {
      throw asOpsError(lake, error);
    });
  });
}

async function withOps<T>(folder: string | undefined, use: (ask: Ask) => Promise<T>): Promise<T> {
  // Only what does not fit in memory goes there, which is never in the lake.
  const spillFolder = path.join(os.tmpdir(), `marquee-runs-${process.pid}`);
  const session = await Session.open({ macros: [], spillFolder });
  try {
    return await use(async (table, select) => {
      if (folder === undefined) return [];
      const files = quoted(path.join(folder, "ops", table, "*.parquet"));
      return session.rows(select(`read_parquet(${files}, union_by_name = true)`));
    });
  } finally {
    session.close();
  }
}

async function runsIn(ask: Ask): Promise<ToldRun[]> {
  const runs = await ask("runs", (from) => `select * from ${from} order by run_id desc`);
  const records = await byRun(
    ask,
    "sources",
    `sum(records_read)::double as read, sum(records_kept)::double as kept,
     sum(records_quarantined)::double as quarantined`,
  );
  const steps = await byRun(ask, "steps", "string_agg(distinct step, ',') as names");
  const checks = await byRun(ask, "checks", "count(*)::double as checks");
  return runs.map((row) => {
    const id = String(row["run_id"]);
    const done = textOf(steps.get(id)?.["names"])?.split(",") ?? [];
    const sums = records.get(id);
    return {
      id,
      startedAt: row["started_at"] as Date,
      finishedAt: (row["finished_at"] as Date | null) ?? undefined,
      status: row["status"] as ToldRun["status"],
      isInOps: true,
      engine: textOf(row["engine"]),
      gitCommit: textOf(row["git_commit"]),
      sources: textOf(row["sources"])?.split(", ") ?? [],
      command: textOf(row["command"]),
      synthetic: (row["synthetic"] as boolean | null) ?? undefined,
      message: textOf(row["message"]),
      records: sums && {
        read: Number(sums["read"]),
        kept: Number(sums["kept"]),
        quarantined: Number(sums["quarantined"]),
      },
      reached: checks.has(id) ? [...done, "check"] : done,
    };
  });
}

async function byRun(ask: Ask, table: string, sums: string): Promise<Map<string, Row>> {
  const rows = await ask(table, (from) => `select run_id, ${sums} from ${from} group by run_id`);
  return new Map(rows.map((row) => [String(row["run_id"]), row]));
}

/** The run that holds the lake, or was killed while it did, unless ops tell of it already. */
function claimedRun(holder: Holder, told: readonly ToldRun[]): ToldRun[] {
  const claim = holder?.claim;
  if (claim === undefined || told.some(({ id }) => id === claim.runId)) return [];
  return [
    {
      id: claim.runId,
      startedAt: new Date(claim.startedAt),
      finishedAt: undefined,
      status: holder?.isAlive === true ? "running" : "killed",
      isInOps: false,
      engine: undefined,
      gitCommit: undefined,
      sources: claim.sources,
      command: claim.command,
      synthetic: undefined,
      message: undefined,
      records: undefined,
      reached: [],
    },
  ];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function asOpsError(lake: string, error: unknown): MarqueeError {
  const said = messageOf(error);
  // What DuckDB says of files; anything else is a fault of ours.
  if (error instanceof MarqueeError || !/IO Error|Invalid Input|Binder Error|No magic/.test(said)) {
    return asMarqueeError(error);
  }
  return new MarqueeError({
    reason: "lake",
    what: `the ops tables of ${lake} cannot be read: ${said.split("\n")[0] ?? ""}`,
    next: "Look at the folder, or name another one with --lake",
    cause: error,
  });
}
