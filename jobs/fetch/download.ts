import type { Log } from "../report/log.ts";
import {
  conditionsOf,
  type Expectation,
  expectWithinLimit,
  inPlaceOf,
  judge,
  type Stamp,
  type Verdict,
} from "./download/answer.ts";
import { contentFault, type Form } from "./download/content.ts";
import { type Note, Part } from "./download/part.ts";
import { defaultPatience, type Patience, persist } from "./download/patience.ts";
import { type Answer, ask } from "./download/request.ts";
import { Setback } from "./download/setback.ts";

export type { Stamp } from "./download/answer.ts";
export { defaultPatience, type Patience } from "./download/patience.ts";
export { statusOf } from "./download/setback.ts";

/** A file of a publisher. */
export interface Download {
  /** What a person calls it, such as ml-25m.zip. */
  name: string;
  address: string;
  form: Form;
  /** About how many bytes it has; what is larger than four times that is refused. */
  bytes: number;
  /** As its publisher says, in hex. */
  md5?: string | undefined;
  /** Headers such as Authorization: they go to the address's own host and port only. */
  headers?: Record<string, string>;
}

/** What came of a download. */
export type Downloaded =
  | { unchanged: true }
  | ({ unchanged: false; bytes: number; sha256: string; md5: string } & Required<Stamp>);

export interface DownloadEffects {
  /** Told of each try that failed and is made again. */
  log?: Pick<Log, "info">;
  /** Told again and again how many bytes of how many have come. */
  progress?: (received: number, total: number | undefined) => void;
  /** Of the file as it was fetched before and still is there: an unchanged one is not sent again. */
  known?: Stamp | undefined;
  patience?: Patience;
}

const sizeTolerance = 4;
/** Up to here any size is accepted: it does no harm, and small files grow fast. */
const harmlessBytes = 1_000_000;
/** So many tries that get further are free; together they have then reached the limit. */
const freeTries = 80;

/**
 * Fetches a file. It stands under its name only when it is whole; until then an older one stays.
 *
 * What breaks off is tried again from where it broke off, in this call and in later ones.
 *
 * @throws MarqueeError (network) where it cannot be had; `statusOf` gives the server's status
 * @throws MarqueeError (lake) where it cannot be written
 */
export async function download(
  what: Download,
  file: string,
  effects: DownloadEffects,
): Promise<Downloaded> {
  const part = new Part(file, what.address);
  await part.makeFolder();
  const patience = effects.patience ?? defaultPatience;
  const limit = Math.max(sizeTolerance * what.bytes, harmlessBytes);
  const received = async (): Promise<number> => (await part.kept())?.received ?? 0;
  try {
    return await persist(() => tryOnce(what, part, limit, { ...effects, patience }), {
      patience,
      tell: (line) => effects.log?.info(line, { step: "fetch" }),
      received,
      freeStep: limit / freeTries,
    });
  } catch (error) {
    if (!(error instanceof Setback)) throw error;
    const safe = await received();
    if (safe === 0) await tidyUp(part);
    throw error.asEnd(safe);
  }
}

type Effects = DownloadEffects & { patience: Patience };

/** A setback leaves what has come, unless that is wrong; whatever else goes wrong does not. */
async function tryOnce(
  what: Download,
  part: Part,
  limit: number,
  effects: Effects,
): Promise<Downloaded> {
  try {
    return await fetchInto(part, what, limit, effects);
  } catch (error) {
    if (!(error instanceof Setback) || error.kind === "mismatch") await tidyUp(part);
    throw error;
  }
}

/** What went wrong first is what a person needs to hear. */
async function tidyUp(part: Part): Promise<void> {
  await part.discard().catch(() => undefined);
}

async function fetchInto(
  part: Part,
  what: Download,
  limit: number,
  effects: Effects,
): Promise<Downloaded> {
  const { known, progress, patience } = effects;
  const { longestWaitSeconds, stallSeconds } = patience;
  const expected = { wanted: what, limit, kept: await part.kept(), known, longestWaitSeconds };
  const answer = await ask(what, conditionsOf(expected), stallSeconds);
  const verdict = await receive(answer, part, expected, progress).finally(answer.close);
  switch (verdict.kind) {
    case "unchanged":
      await part.discard();
      return { unchanged: true };
    case "stale":
      await part.discard();
      // Once only: without a part nothing can be stale.
      return fetchInto(part, what, limit, effects);
    case "bytes":
    case "whole":
      return settle(part, what, verdict.note);
  }
}

async function receive(
  answer: Answer,
  part: Part,
  expected: Expectation,
  progress: DownloadEffects["progress"],
): Promise<Verdict> {
  const verdict = judge(answer, expected);
  if (verdict.kind === "bytes") {
    const { from, end, note } = verdict;
    const count = { ...expected, from, end, total: note.total, progress };
    await part.write(from, note, counted(answer.body, count));
  }
  return verdict;
}

interface Count extends Pick<Expectation, "limit" | "wanted"> {
  from: number;
  /** Where the bytes of this answer end, and where those of the whole file do. */
  end: number | undefined;
  total: number | undefined;
  progress: DownloadEffects["progress"];
}

/** Lets through as many bytes as were announced; some servers and proxies lie about that. */
async function* counted(body: AsyncIterable<Buffer>, count: Count): AsyncGenerator<Buffer> {
  const { from, end, total, progress, wanted } = count;
  let received = from;
  for await (const piece of body) {
    received += piece.length;
    expectWithinLimit(received, count);
    if (end !== undefined && received > end) {
      const what = `${wanted.name} goes on behind its ${end} announced bytes`;
      throw new Setback({ kind: "mismatch", what });
    }
    yield piece;
    progress?.(received, total);
  }
  if (total !== undefined && received < total) {
    const what = `${wanted.name} broke off at ${received} of ${total} bytes`;
    throw new Setback({ kind: "passing", what });
  }
}

/** Gives the file its name if it is what it should be. */
async function settle(part: Part, what: Download, note: Note): Promise<Downloaded> {
  const fault = contentFault(what.form, await part.head());
  if (fault !== undefined) throw inPlaceOf(fault, what.name, what.address);
  const digests = await part.digests();
  if (what.md5 !== undefined && what.md5.toLowerCase() !== digests.md5) {
    throw new Setback({
      kind: "mismatch",
      what: `${what.name} has come with the MD5 ${digests.md5} in place of ${what.md5}`,
      next: "Look whether its publisher tells of a newer version, or run again later",
    });
  }
  await part.finish();
  return { unchanged: false, ...digests, etag: note.etag, lastModified: note.lastModified };
}
