import { MarqueeError } from "../../errors.ts";
import type { Session } from "../../jobs/duckdb.ts";
import { tableFolder } from "../../jobs/lake/table-files.ts";
import { duckdbType, type Table } from "../../sql/catalog/types.ts";
import { instantText, readFiles } from "./formats.ts";
import { expectStillCurrent, filesOf, type Version } from "./version.ts";

/** A table that the version holds as the catalogue declares it. */
export interface ReadableTable {
  table: Table;
  files: string[];
}

/** A table that an older Marquee has not made, or made otherwise. */
export interface LeftOut {
  table: Table;
  why: string;
}

/** What an export reads: fixed before the first file is written. */
export interface Plan {
  readable: ReadableTable[];
  leftOut: LeftOut[];
  /** When the version was published; null where its ops do not tell. */
  publishedAt: string | null;
}

/**
 * Finds the files of each table and holds their columns against the catalogue.
 *
 * @throws MarqueeError (usage) where the version has none of the tables; (lake) where files are
 *   damaged, or a newer version took the place of this one meanwhile
 */
export async function planExport(
  session: Session,
  version: Version,
  tables: readonly Table[],
): Promise<Plan> {
  const plan: Plan = { readable: [], leftOut: [], publishedAt: null };
  try {
    for (const table of tables) {
      const files = await filesOf(version, table.layer, table.name);
      const why = await difference(session, version, table, files);
      if (why === undefined) plan.readable.push({ table, files });
      else plan.leftOut.push({ table, why });
    }
    plan.publishedAt = await publishedAt(session, version);
  } catch (error) {
    await expectStillCurrent(version);
    throw error;
  }
  // A version is removed behind the next one: only now is it sure that what was missed never was.
  await expectStillCurrent(version);
  if (plan.readable.length === 0) throw nothingToExport(version, plan.leftOut);
  return plan;
}

/** Why a table's files are not what the catalogue declares; undefined where they are. */
async function difference(
  session: Session,
  version: Version,
  table: Table,
  files: readonly string[],
): Promise<string | undefined> {
  if (files.length === 0) return "the lake has no such table yet";
  const found = await session
    .table(`select column_name, column_type from (describe from ${readFiles(files)})`)
    .catch((error: unknown) => {
      throw damaged(version, table, error);
    });
  const types = new Map(found.map(([name, type]) => [String(name), String(type)]));
  for (const { name, type } of table.columns) {
    const stored = types.get(name);
    if (stored === undefined) return `the lake's files have no column ${name} yet`;
    if (stored !== duckdbType[type])
      return `its column ${name} is ${stored} in the lake's files, not ${type}`;
  }
  return undefined;
}

/** @returns the error of a table whose files are there and cannot be read */
export function damaged(version: Version, table: Table, cause: unknown): MarqueeError {
  if (cause instanceof MarqueeError) return cause;
  return new MarqueeError({
    reason: "lake",
    what: `${tableFolder(version.folder, table)} holds no whole Parquet files`,
    next: "Make the table again with npm run pipeline",
    cause,
  });
}

async function publishedAt(session: Session, version: Version): Promise<string | null> {
  const files = await filesOf(version, "ops", "runs");
  if (files.length === 0) return null;
  const runs = await session.table(
    `select run_id, ${instantText("finished_at")} from ${readFiles(files)}`,
  );
  const finished = runs.find(([id]) => id === version.runId)?.[1];
  return typeof finished === "string" ? finished : null;
}

function nothingToExport({ lake }: Version, leftOut: readonly LeftOut[]): MarqueeError {
  const [first] = leftOut;
  return new MarqueeError({
    reason: "usage",
    what: `none of the tables asked for can be taken from ${lake}: ${first?.table.id ?? ""}: ${first?.why ?? ""}`,
    next: "Make them with npm run pipeline",
  });
}
