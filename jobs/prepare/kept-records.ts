import { existsSync } from "node:fs";
import path from "node:path";

import type { Catalog } from "../../sql/catalog/catalog.ts";
import { recordOrdinal } from "../../sql/catalog/source.ts";
import type { Source, Table } from "../../sql/catalog/types.ts";
import { changeParts, type NumberedRows, writeParts } from "../lake/part-files.ts";
import { parquetIn, tableFolder } from "../lake/table-files.ts";
import type { Run } from "../run.ts";
import { keyOf } from "./contested-keys.ts";
import type { SourceReading } from "./read-source.ts";

/** The staging tables that are made of a source, or of any. */
export function stagingOf({ tables }: Catalog, source?: Source): Table[] {
  return tables.filter(
    ({ layer, reads }) =>
      layer === "staging" && (source === undefined || reads.includes(`raw.${source.name}`)),
  );
}

/**
 * The records that earlier deliveries left of a source, as a SELECT; undefined where there are none.
 * They lie in the staging table that holds them as they are, else in a folder of their own.
 */
export function baseOf({ catalog, lake }: Run, source: Source): string | undefined {
  const table = holderOf(catalog, source);
  const folder = table ? tableFolder(lake.work, table) : keptFolder(lake.work, source);
  if (!existsSync(folder)) return undefined;
  return `select * from read_parquet(${parquetIn(folder)})`;
}

/**
 * Keeps a source's records for later merges, unless a staging table will, and lets raw.<source> be all
 * that are kept: in a merge the earlier ones too.
 */
export async function keepRecords(
  { session, catalog, lake }: Run,
  source: Source,
  { account, replaced, ordinals }: SourceReading,
  isMerge: boolean,
): Promise<void> {
  if (account.files === 0 || holderOf(catalog, source) !== undefined) return;
  if (isMerge && account.kept === 0) return;
  const folder = keptFolder(lake.work, source);
  const records = { columns: "*", ...recordsOf(source.name, ordinals) };
  if (isMerge) {
    await changeParts(session, folder, {
      key: keyOf(source),
      gone: replaced === 0 ? undefined : `replaced.${source.name}`,
      come: { ...records, rows: account.kept },
    });
  } else {
    await writeParts(session, folder, records);
  }
  await session.run(
    `create or replace view raw.${source.name} as
     select * from read_parquet(${parquetIn(folder)})`,
  );
}

/** The records of a run's files that won, numbered; the losers among the sound ones are left out. */
export function recordsOf(
  source: string,
  ordinals: SourceReading["ordinals"],
): Omit<NumberedRows, "columns"> {
  return {
    relation: `typed.${source}`,
    ordinals: { column: recordOrdinal, ...ordinals },
    without: `superseded.${source}`,
  };
}

function keptFolder(root: string, source: Source): string {
  return path.join(root, "kept", source.name);
}

function holderOf(catalog: Catalog, source: Source): Table | undefined {
  return catalog.tables.find(({ recordsOf }) => recordsOf === source.name);
}
