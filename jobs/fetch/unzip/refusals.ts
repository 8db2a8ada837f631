import { MarqueeError } from "../../../errors.ts";
import type { ZipDirectory, ZipEntry } from "./entries.ts";

/** Real text shrinks 3 to 12 times, and a made-up one some 30 times. */
const mostInflation = 200;
/** Up to here an archive may inflate as it likes: it fits anywhere. */
const harmlessBytes = 64_000_000;
/** What the file systems of Linux and macOS take. */
const longestPart = 255;
const longestName = 1024;

/**
 * Refuses an archive that would do harm, or that no honest program makes, whichever of its files
 * are wanted.
 *
 * @throws MarqueeError (input) naming the entry
 */
export function expectHarmless(zip: string, bytes: number, directory: ZipDirectory): void {
  for (const entry of directory.entries) {
    const fault = nameFault(entry) ?? kindFault(entry);
    if (fault !== undefined) throw hostile(zip, `${shown(entry.name)} ${fault}`);
  }
  expectOwnPlaces(zip, directory.entries);
  expectOwnBytes(zip, directory);
  const inflated = directory.entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (inflated > harmlessBytes && inflated > mostInflation * bytes) {
    throw hostile(zip, `its ${bytes} bytes would become ${inflated}`);
  }
}

/** The path of an entry below the folder that it is unpacked into. */
export function pathOf({ name }: ZipEntry): string {
  return partsOf(name).join("/");
}

/** A text of the archive for a line: it may be long, and may hold what commands a terminal. */
export function shown(text: string): string {
  const line = text.replace(/\p{C}/gu, "?");
  return `"${line.length > 100 ? `${line.slice(0, 100)}...` : line}"`;
}

/** One line for what cannot be read as a zip. */
export function notWhole(zip: string, why: string, cause?: unknown): MarqueeError {
  return new MarqueeError({
    reason: "input",
    what: `${zip} is not a whole zip (${why})`,
    next: "Fetch it again, or unpack it by hand and name the folder",
    cause,
  });
}

/** One line for an entry whose contents are not what the archive says. */
export function damaged(zip: string, name: string, why: string, cause?: unknown): MarqueeError {
  return new MarqueeError({
    reason: "input",
    what: `${zip} is damaged at ${shown(name)}: ${why}`,
    next: "Fetch it again, or unpack it by hand and name the folder",
    cause,
  });
}

/** One line for an archive that is not what a publisher of data makes. */
export function hostile(zip: string, why: string): MarqueeError {
  return new MarqueeError({
    reason: "input",
    what: `${zip} is not safe to unpack: ${why}`,
    next: "Fetch it from its publisher",
  });
}

function partsOf(name: string): string[] {
  return name.split("/").filter((part) => part !== "" && part !== ".");
}

function nameFault({ name, isFolder }: ZipEntry): string | undefined {
  const parts = partsOf(name);
  if (/\p{Cc}/u.test(name)) return "has a control character in its name";
  if (name.includes("\\")) return "has a backslash in its name";
  if (name.startsWith("/") || /^[a-z]:/i.test(name)) return "is an absolute path";
  if (parts.includes("..")) return "leads out of its folder";
  if (parts.length === 0 && !isFolder) return "names no file";
  const tooLong = parts.some((part) => Buffer.byteLength(part) > longestPart);
  if (tooLong || Buffer.byteLength(name) > longestName) return "is too long a name";
  return undefined;
}

function kindFault({ unixMode, isFolder }: ZipEntry): string | undefined {
  switch (unixMode & 0o170000) {
    case 0:
    case 0o100000:
      return undefined;
    case 0o040000:
      return isFolder ? undefined : "is a folder with the name of a file";
    case 0o120000:
      return "is a symbolic link";
    default:
      return "is no regular file";
  }
}

/** No two files at one place, also where the file system ignores case; no file where a folder is. */
function expectOwnPlaces(zip: string, entries: readonly ZipEntry[]): void {
  const places = new Map<string, "file" | "folder">();
  const take = (entry: ZipEntry, place: string, kind: "file" | "folder"): void => {
    const taken = places.get(place);
    if (taken !== undefined && !(taken === "folder" && kind === "folder")) {
      const twice = taken === kind ? "is there twice" : "is both a file and a folder";
      throw hostile(zip, `${shown(entry.name)} ${twice}`);
    }
    places.set(place, kind);
  };
  for (const entry of entries) {
    const parts = partsOf(entry.name.normalize("NFC").toLowerCase());
    for (const depth of parts.keys()) {
      const isFolder = entry.isFolder || depth < parts.length - 1;
      take(entry, parts.slice(0, depth + 1).join("/"), isFolder ? "folder" : "file");
    }
  }
}

/** Entries that share bytes of the archive are how a small one becomes a huge one. */
function expectOwnBytes(zip: string, { entries, start }: ZipDirectory): void {
  const inOrder = [...entries].sort((a, b) => a.headerStart - b.headerStart);
  for (const [index, entry] of inOrder.entries()) {
    const next = inOrder[index + 1];
    if (entry.dataEnd > (next?.headerStart ?? start)) {
      const other = next === undefined ? "the archive's directory" : shown(next.name);
      throw hostile(zip, `${shown(entry.name)} overlaps ${other}`);
    }
  }
}
