import { stat } from "node:fs/promises";
import path from "node:path";

import { Session } from "../../jobs/duckdb.ts";
import type { FoundFile } from "../../jobs/prepare/find.ts";
import { readSource, type SourceReading } from "../../jobs/prepare/read-source.ts";
import type { Source } from "../../sql/catalog/types.ts";
import { catalog } from "./catalog.ts";
import { withFolder, writeFiles } from "./folder.ts";

/** When the runs of these tests start: no rating may be later. */
const runStart = new Date("2020-01-01T00:00:00Z");

/** An account, and what raw.<source> holds. */
export type Reading = SourceReading & { rows: unknown[][] };

/** A file of a source: its name, else the source's first; the day of its delivery, if it has one. */
export interface GivenFile {
  content: string | Buffer;
  name?: string;
  day?: string;
}

/** Reads files of one source; gives the account and what raw.<source> holds. */
export async function read(
  name: string,
  ...files: (string | Buffer | GivenFile)[]
): Promise<Reading> {
  return withSession((session, folder) => readIn(session, folder, name, files));
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
  given: (string | Buffer | GivenFile)[],
): Promise<Reading> {
  const source = (await catalog()).sources.find((candidate) => candidate.name === name)!;
  return readRecords(session, folder, source, given);
}

/** The same for a source that a test has changed. */
export async function readRecords(
  session: Session,
  folder: string,
  source: Source,
  given: (string | Buffer | GivenFile)[],
): Promise<Reading> {
  for (const schema of ["raw", "typed", "superseded", "replaced"]) {
    await session.run(`drop schema if exists ${schema} cascade`);
  }
  const files = await Promise.all(
    given.map(async (said, index): Promise<FoundFile> => {
      const { content, name: fileName, day } = isFile(said) ? said : { content: said };
      const known = source.files.find((file) => file.name === fileName) ?? source.files[0]!;
      const place = path.join(folder, `${index}`);
      await writeFiles(place, { [known.name]: content });
      const file = path.join(place, known.name);
      const date = day === undefined ? undefined : new Date(`${day}T00:00:00Z`);
      const delivery = { folder: place, entries: [known.name], date, series: folder };
      return { path: file, bytes: (await stat(file)).size, layout: known.layout, delivery };
    }),
  );
  const reading = await readSource(session, source, files, { typedFolder: folder, runStart });
  const rows = await session.table(
    `select * exclude (delivered_at) from raw.${source.name} order by record_ordinal`,
  );
  return { ...reading, rows };
}

function isFile(said: string | Buffer | GivenFile): said is GivenFile {
  return typeof said !== "string" && !Buffer.isBuffer(said);
}

/** What was quarantined: number, reason code and text of each record. */
export const quarantine = ({ quarantined }: Reading): unknown[] =>
  quarantined.flatMap(({ records }) =>
    records.map(({ recordNumber, reasonCode, record }) => [recordNumber, reasonCode, record]),
  );

/** User, film, stars, second and record_ordinal of each record of raw.ratings. */
export const ratingRows = ({ rows }: Reading): unknown[][] =>
  rows.map(([user, movie, stars, at, , ordinal]) => [
    ...[user, movie, stars],
    BigInt((at as Date).getTime() / 1000),
    ordinal,
  ]);
