import { readdir } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import { quoted, type Session } from "../duckdb.ts";

/**
 * Looks for a Parquet file that cannot be read to its end, after a failure that nobody can explain:
 * what DuckDB says of a damaged file often does not name it.
 *
 * @param folders whose files are read, with all that lies below them
 */
export async function damageIn(
  session: Session,
  folders: readonly string[],
): Promise<MarqueeError | undefined> {
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true }).catch(() => []);
    const written = entries.filter((name) => name.endsWith(".parquet") && !name.includes(".next"));
    for (const entry of written.sort()) {
      const file = path.join(folder, entry);
      try {
        await session.table(`select max(columns(*)::varchar) from read_parquet(${quoted(file)})`);
      } catch (error) {
        return damaged(file, error);
      }
    }
  }
  return undefined;
}

/** One line for a file of the lake that is not whole, with the way out. */
export function damaged(file: string, cause: unknown): MarqueeError {
  const isOfOps = path.dirname(path.dirname(file)).endsWith(`${path.sep}ops`);
  return new MarqueeError({
    reason: "lake",
    what: `${file} is damaged`,
    next: isOfOps
      ? "Take it away and run again: only what it tells of earlier runs is lost"
      : "Make the tables again: run the pipeline without --merge, --only and --from, from all sources",
    cause,
  });
}
