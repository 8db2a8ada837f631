import { MarqueeError } from "../../errors.ts";

const otherFolder = "Name another folder with --to";
const makeRoom = "Make room, or name another folder with --to";

/** By the system's codes and by the words that DuckDB has for them. */
const faults: [RegExp, string, string][] = [
  [/ENOSPC|no space left|not enough space/i, "the disk is full", makeRoom],
  [/EDQUOT|quota exceeded/i, "this user's share of the disk is full", makeRoom],
  [/EACCES|permission denied/i, "this user may not write there", otherFolder],
  [/EPERM|not permitted/i, "the system does not allow it", otherFolder],
  [/EROFS|read-only/i, "it lies on a read-only disk", otherFolder],
  [/ENOTDIR/, "it is a file, or lies below one", otherFolder],
  [/EEXIST/, "a file is where a folder should be", otherFolder],
  [/EISDIR|ENOTEMPTY/, "a folder is where a file should be", otherFolder],
];

/**
 * Why a file could not be written, and what to do.
 *
 * @returns undefined for an error that neither the system nor DuckDB's files have brought about
 */
export function whyNotWritten(error: unknown): { why: string; next: string } | undefined {
  const said = saidBySystem(error);
  if (said === undefined) return undefined;
  const [, why, next] = faults.find(([pattern]) => pattern.test(said)) ?? [];
  return { why: why ?? `the system says ${said}`, next: next ?? otherFolder };
}

/** Whether a disk has no room left, wherever it was noticed. */
export function isFull(error: unknown): boolean {
  return whyNotWritten(error)?.next === makeRoom;
}

/** Without the names of files, in which any word may stand. */
function saidBySystem(error: unknown): string | undefined {
  const first = error instanceof MarqueeError ? error.cause : error;
  if (!(first instanceof Error)) return undefined;
  const { code, message } = first as NodeJS.ErrnoException;
  if (code !== undefined) return code;
  return /^IO Error: .*": (.*)/.exec(message)?.[1];
}
