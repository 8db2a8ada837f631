import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";

import { MarqueeError } from "../../errors.ts";
import { openZip, type OpenZip, readDirectory, type ZipEntry } from "./unzip/entries.ts";
import { expectRoom, intoFolder, unwritable } from "./unzip/folder.ts";
import { damaged, expectHarmless, pathOf, shown } from "./unzip/refusals.ts";

/** What came of an archive. Paths lead from the folder to the file, with `/` between. */
export interface Unzipped {
  files: { path: string; bytes: number }[];
  leftOut: string[];
}

export interface UnzipEffects {
  /** Is told again and again how many bytes of how many are written. */
  progress?: (bytes: number, total: number) => void;
}

const stored = 0;
const deflated = 8;
const blockBytes = 1 << 18;

/**
 * Unpacks the wanted files of a zip into a folder, which is made, or is there and empty.
 *
 * An archive that would do harm is refused whole, whichever of its files are wanted. Folders, and
 * what macOS adds as `__MACOSX/`, are neither written nor listed.
 *
 * @param wanted is asked once for each file, by its path below the folder
 * @returns the files written, and the paths of those left out
 * @throws MarqueeError (input) for a file that is no whole zip, is encrypted, damaged or hostile;
 *   (lake) for a folder that cannot be written or has no room. Nothing stays in the folder then
 */
export async function unzip(
  zip: string,
  folder: string,
  wanted: (entryName: string) => boolean,
  { progress = () => undefined }: UnzipEffects = {},
): Promise<Unzipped> {
  const archive = await openZip(zip);
  try {
    const directory = await readDirectory(archive);
    expectHarmless(zip, archive.bytes, directory);
    const files = directory.entries.filter(isFile);
    const chosen = new Set(files.filter((entry) => wanted(pathOf(entry))));
    for (const entry of chosen) expectReadable(zip, entry);
    await intoFolder(folder, () => writeAll(archive, [...chosen], folder, progress));
    return {
      files: [...chosen].map((entry) => ({ path: pathOf(entry), bytes: entry.bytes })),
      leftOut: files.filter((entry) => !chosen.has(entry)).map(pathOf),
    };
  } finally {
    await archive.handle.close();
  }
}

function isFile(entry: ZipEntry): boolean {
  return !entry.isFolder && !pathOf(entry).startsWith("__MACOSX/");
}

function expectReadable(zip: string, { name, encrypted, method }: ZipEntry): void {
  if (!encrypted && (method === stored || method === deflated)) return;
  throw new MarqueeError({
    reason: "input",
    what: encrypted
      ? `${zip} holds ${shown(name)} encrypted`
      : `${zip} holds ${shown(name)} compressed by method ${method}, which Marquee does not know`,
    next: `Unpack it by hand${encrypted ? " with its password" : ""} and name the folder`,
  });
}

async function writeAll(
  zip: OpenZip,
  entries: readonly ZipEntry[],
  folder: string,
  progress: (bytes: number, total: number) => void,
): Promise<void> {
  const total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  await expectRoom(folder, total);
  let written = 0;
  for (const entry of entries) {
    await writeFile(zip, entry, folder, (bytes) => {
      written += bytes;
      progress(written, total);
    });
  }
}

/** Writes one file, block by block: it may be larger than the memory. */
async function writeFile(
  zip: OpenZip,
  entry: ZipEntry,
  folder: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const fail = (error: unknown): never => {
    throw unwritable(folder, error);
  };
  const target = path.join(folder, pathOf(entry));
  await mkdir(path.dirname(target), { recursive: true }).catch(fail);
  const output = await open(target, "wx").catch(fail);
  try {
    await readContents(zip, entry, async (block) => {
      await output.writeFile(block).catch(fail);
      onBytes(block.length);
    });
  } finally {
    await output.close().catch(fail);
  }
}

/** Gives an entry's contents block by block, and holds them against what the archive says. */
async function readContents(
  zip: OpenZip,
  entry: ZipEntry,
  onBlock: (block: Buffer) => Promise<void>,
): Promise<void> {
  let bytes = 0;
  let checksum = 0;
  const take = async (blocks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const block of blocks) {
      bytes += block.length;
      checksum = crc32(block, checksum);
      // Before it is written: what lies about its size may have no end.
      if (bytes > entry.bytes) {
        throw damaged(zip.path, entry.name, `it has more than its ${entry.bytes} bytes`);
      }
      await onBlock(block);
    }
  };
  if (entry.method === stored) await take(storedBlocks(zip, entry));
  else await inflate(zip, entry, take);
  if (bytes < entry.bytes) {
    throw damaged(zip.path, entry.name, `it has ${bytes} of its ${entry.bytes} bytes`);
  }
  if (checksum !== entry.crc32) {
    throw damaged(zip.path, entry.name, "its bytes are not those of its checksum");
  }
}

async function inflate(
  zip: OpenZip,
  entry: ZipEntry,
  take: (blocks: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const inflater = createInflateRaw({ chunkSize: blockBytes });
  await pipeline(storedBlocks(zip, entry), inflater, take).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    // The last two: zlib is at its end while there is more to read.
    if (!/^Z_|^ABORT_ERR$|^ERR_STREAM_PREMATURE_CLOSE$/.test(code)) throw error;
    throw damaged(zip.path, entry.name, "it cannot be inflated", error);
  });
  // zlib counts what it made use of.
  if (inflater.bytesWritten < entry.dataEnd - entry.dataStart) {
    throw damaged(zip.path, entry.name, "there is more behind its contents");
  }
}

/** The bytes of an entry as they stand in the archive. */
async function* storedBlocks(zip: OpenZip, entry: ZipEntry): AsyncGenerator<Buffer> {
  let position = entry.dataStart;
  while (position < entry.dataEnd) {
    const block = Buffer.allocUnsafe(Math.min(blockBytes, entry.dataEnd - position));
    const { bytesRead } = await zip.handle
      .read(block, 0, block.length, position)
      .catch((error: unknown) => {
        throw damaged(zip.path, entry.name, "the system cannot read it", error);
      });
    if (bytesRead === 0) return;
    position += bytesRead;
    yield block.subarray(0, bytesRead);
  }
}
