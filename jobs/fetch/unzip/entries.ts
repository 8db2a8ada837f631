import { type FileHandle, open, stat } from "node:fs/promises";

import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  type ZipFile,
} from "yauzl";

import { MarqueeError, messageOf } from "../../../errors.ts";
import { unreadable } from "../../prepare/find.ts";
import { damaged, hostile, notWhole, shown } from "./refusals.ts";

/** A zip that is held open. */
export interface OpenZip {
  path: string;
  bytes: number;
  handle: FileHandle;
}

/** What the archive's directory says about one file or folder in it. */
export interface ZipEntry {
  /** As written in the archive. */
  name: string;
  isFolder: boolean;
  /** From the external attributes; 0 where the archive was not made on Unix. */
  unixMode: number;
  bytes: number;
  crc32: number;
  method: number;
  encrypted: boolean;
  /** Where its own header begins in the archive, its contents begin, and both end. */
  headerStart: number;
  dataStart: number;
  dataEnd: number;
}

/** A directory of an archive, with the place where it begins. */
export interface ZipDirectory {
  entries: ZipEntry[];
  start: number;
}

const mostEntries = 10_000;
/** What begins the record behind a directory, and that of an archive above 4 GB. */
const endSignature = 0x06054b50;
const endSignature64 = 0x06064b50;

/** @throws MarqueeError (input) for what is no file or cannot be read */
export async function openZip(zip: string): Promise<OpenZip> {
  try {
    // Before opening it: to open a pipe is to wait for its writer.
    const status = await stat(zip);
    if (status.isFile()) return { path: zip, bytes: status.size, handle: await open(zip, "r") };
  } catch (error) {
    throw unreadable(zip, error);
  }
  throw notWhole(zip, "it is no regular file");
}

/**
 * Reads the directory at the end of an archive, and the header that stands before each file.
 *
 * @throws MarqueeError (input) where the two do not agree or are not there
 */
export async function readDirectory(zip: OpenZip): Promise<ZipDirectory> {
  try {
    const archive = await fromRandomAccessReaderPromise(new HandleReader(zip), zip.bytes, {
      // The handle belongs to whoever opened it.
      autoClose: false,
      // Names are decoded here and sizes compared later, so that a refusal can name the entry.
      decodeStrings: false,
      validateEntrySizes: false,
    });
    if (archive.entryCount > mostEntries) {
      throw hostile(zip.path, `it has ${archive.entryCount} entries, more than ${mostEntries}`);
    }
    const start = cursor(archive);
    const entries: ZipEntry[] = [];
    for await (const entry of archive.eachEntry()) {
      entries.push(await toZipEntry(zip, archive, entry));
    }
    await expectWhole(zip, { start, end: cursor(archive), entries: entries.length });
    return { entries, start };
  } catch (error) {
    if (error instanceof MarqueeError) throw error;
    throw notWhole(zip.path, await reasonOf(zip, error), error);
  }
}

/**
 * Reads by a handle, and reports every failure to its caller: yauzl's own reader throws out of the
 * event loop when an archive points to a place beyond what a number can hold.
 */
class HandleReader extends RandomAccessReader {
  readonly #zip: OpenZip;

  constructor(zip: OpenZip) {
    super();
    this.#zip = zip;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    readAt(this.#zip, position, length).then(
      (bytes) => {
        bytes.copy(buffer, offset);
        callback(null);
      },
      (error: unknown) => {
        callback(error as Error);
      },
    );
  }
}

async function readAt({ handle, bytes }: OpenZip, place: number, length: number): Promise<Buffer> {
  if (place + length <= bytes) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, place);
    if (bytesRead === length) return buffer;
  }
  throw new Error("a part of it is missing");
}

async function toZipEntry(zip: OpenZip, archive: ZipFile, entry: Entry): Promise<ZipEntry> {
  const flags = entry.generalPurposeBitFlag;
  const name = getFileNameLowLevel(flags, entry.fileNameRaw, entry.extraFields, true);
  const header = await archive.readLocalFileHeaderPromise(entry).catch((error: unknown) => {
    throw damaged(zip.path, name, `its header cannot be read: ${textOf(error)}`, error);
  });
  // Without the extra fields, which some programs write in one of the two places only.
  const [outer, inner] = [
    getFileNameLowLevel(flags, entry.fileNameRaw, [], true),
    getFileNameLowLevel(header.generalPurposeBitFlag, header.fileName, [], true),
  ];
  if (outer !== inner) throw damaged(zip.path, name, `its header calls it ${shown(inner)}`);
  return {
    name,
    isFolder: name.endsWith("/"),
    unixMode: entry.externalFileAttributes >>> 16,
    bytes: entry.uncompressedSize,
    crc32: entry.crc32,
    method: entry.compressionMethod,
    encrypted: entry.isEncrypted(),
    headerStart: entry.relativeOffsetOfLocalHeader,
    dataStart: header.fileDataStart,
    dataEnd: header.fileDataStart + entry.compressedSize,
  };
}

/** Where the next entry of the directory is read; yauzl's types call this number a boolean. */
function cursor(archive: ZipFile): number {
  return archive.readEntryCursor as unknown as number;
}

/**
 * The record behind a directory tells its size once more. A damaged directory may still read as a
 * shorter one, which has lost files.
 */
async function expectWhole(
  zip: OpenZip,
  found: { start: number; end: number; entries: number },
): Promise<void> {
  const told = await endRecord(zip, found.end);
  if (told?.entries === found.entries && told.bytes === found.end - found.start) return;
  throw notWhole(zip.path, "its directory is not of the size that it says");
}

async function endRecord(
  zip: OpenZip,
  place: number,
): Promise<{ entries: number; bytes: number } | undefined> {
  const record = await readAt(zip, place, 22);
  switch (record.readUInt32LE(0)) {
    case endSignature:
      return { entries: record.readUInt16LE(8), bytes: record.readUInt32LE(12) };
    case endSignature64: {
      const long = await readAt(zip, place, 56);
      return {
        entries: Number(long.readBigUInt64LE(24)),
        bytes: Number(long.readBigUInt64LE(40)),
      };
    }
    default:
      return undefined;
  }
}

async function reasonOf(zip: OpenZip, error: unknown): Promise<string> {
  if (zip.bytes === 0) return "it is empty";
  const beginning = await readAt(zip, 0, Math.min(20, zip.bytes)).then(
    (bytes) => bytes.toString("latin1"),
    // Then the file itself is unreadable, as the error says.
    () => "PK",
  );
  if (!beginning.startsWith("PK")) return `it begins with ${shown(beginning)}`;
  return textOf(error).replace(
    /^End of central directory record signature.*/,
    "its end is missing",
  );
}

/** As part of a sentence of ours, which ends it. */
function textOf(error: unknown): string {
  return messageOf(error).replace(/\.$/, "");
}
