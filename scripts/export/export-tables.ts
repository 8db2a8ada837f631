import { stat, writeFile } from "node:fs/promises";

import { sha256Of } from "../../jobs/checksum.ts";
import { Session } from "../../jobs/duckdb.ts";
import type { Catalog } from "../../sql/catalog/catalog.ts";
import { copyStatement, type Format } from "./formats.ts";
import {
  type Manifest,
  manifestOf,
  type ManifestTable,
  manifestTable,
  type WrittenFile,
} from "./manifest.ts";
import type { ExportOptions } from "./options.ts";
import { chosenTables } from "./patterns.ts";
import { damaged, type LeftOut, planExport, type Plan, type ReadableTable } from "./plan.ts";
import { Target } from "./target.ts";
import { expectStillThere, publishedVersion, type Version } from "./version.ts";

/** The file that says what the others are. While it is there, they are whole. */
export const manifestName = "tables.json";

/** What an export says while it goes on. */
export interface Listener {
  wrote(table: ManifestTable): void;
  leftOut(table: LeftOut): void;
}

/** Everything that the writing of one file needs. */
interface Export {
  session: Session;
  version: Version;
  format: Format;
  target: Target;
}

/**
 * Writes published tables of a lake as files, and beside them what they are.
 *
 * @throws MarqueeError (usage) where the lake has no such tables, or the folder is a lake's; (lake)
 *   where the folder cannot be written, or a run removes the tables meanwhile
 */
export async function exportTables(
  catalog: Catalog,
  { lake, format, tables: patterns, to }: ExportOptions,
  listener: Listener,
): Promise<Manifest> {
  const tables = chosenTables(catalog.tables, patterns);
  const version = await publishedVersion(lake);
  const target = await Target.at(to);
  const session = await Session.open({ macros: [], spillFolder: target.spillFolder });
  try {
    const plan = await planExport(session, version, tables);
    for (const table of plan.leftOut) listener.leftOut(table);
    return await target.during(() =>
      writeAll({ session, version, format, target }, plan, listener),
    );
  } finally {
    session.close();
  }
}

async function writeAll(whole: Export, plan: Plan, listener: Listener): Promise<Manifest> {
  const { format, version, target } = whole;
  await target.remove(manifestName);
  const written: ManifestTable[] = [];
  for (const readable of plan.readable) {
    const entry = manifestTable(readable.table, version, await writeOne(whole, readable));
    written.push(entry);
    listener.wrote(entry);
  }
  const manifest = manifestOf(format, version, plan, written);
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await target.replace(manifestName, (place) => writeFile(place, text));
  return manifest;
}

async function writeOne(
  { session, version, format, target }: Export,
  { table, files }: ReadableTable,
): Promise<WrittenFile> {
  const file = `${table.layer}/${table.name}.${format}`;
  return target.replace(file, async (place) => {
    const rows = await session
      .run(copyStatement(format, table, files, place))
      .catch(async (error: unknown) => {
        if (target.isMeantBy(error)) throw error;
        await expectStillThere(version, files, error);
        throw damaged(version, table, error);
      });
    return { file, rows, bytes: (await stat(place)).size, sha256: await sha256Of(place) };
  });
}
