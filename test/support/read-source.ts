import { stat } from "node:fs/promises";
import path from "node:path";

import { Session } from "../../jobs/duckdb.ts";
import { readSource, type SourceReading } from "../../jobs/prepare/read-source.ts";
import { catalog } from "./catalog.ts";
import { withFolder, writeFiles } from "./folder.ts";

/** When the runs of these tests start: no rating may be later. */
const runStart = new Date("2020-01-01T00:00:00Z");

/** An account, and what raw.<source> holds. */
export type Reading = SourceReading & { rows: unknown[][] };

/** Reads files of one source; gives the account and what raw.<source> holds. */
export async function read(name: string, ...contents: (string | Buffer)[]): Promise<Reading> {
  return withSession((session, folder) => readIn(session, folder, name, contents));
}

export async function withSession<T>(
  use: (session: Session, folder: string) => Promise<T>,
): Promise<T> {
  const { macros } = await catalog();
  return withFolder(async (folder) => {
    const session = await Session.open({ macros, spillFolder: folder });
    try {
      return await use(session, folder);
    } finally {
      session.close();
    }
  });
}

export async function readIn(
  session: Session,
  folder: string,
  name: string,
  contents: (string | Buffer)[],
): Promise<Reading> {
  const source = (await catalog()).sources.find((candidate) => candidate.name === name)!;
  for (const schema of ["raw", "typed", "superseded"]) {
    await session.run(`drop schema if exists ${schema} cascade`);
  }
  const files = await Promise.all(
    contents.map(async (content, index) => {
      const file = path.join(folder, `${index}`, source.files[0]!.name);
      await writeFiles(folder, { [path.relative(folder, file)]: content });
      return { path: file, bytes: (await stat(file)).size };
    }),
  );
  const reading = await readSource(session, source, files, { typedFolder: folder, runStart });
  const rows = await session.table(`select * from raw.${name} order by record_ordinal`);
  return { ...reading, rows };
}

/** What was quarantined: number, reason code and text of each record. */
export const quarantine = ({ quarantined }: Reading): unknown[] =>
  quarantined.flatMap(({ records }) =>
    records.map(({ recordNumber, reasonCode, record }) => [recordNumber, reasonCode, record]),
  );
