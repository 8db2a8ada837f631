import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { crc32, deflateRawSync } from "node:zlib";

import { expect } from "chai";

import type { MarqueeError } from "../../errors.ts";
import { unzip, type UnzipEffects, type Unzipped } from "../../jobs/fetch/unzip.ts";
import { failure } from "./errors.ts";
import { withFolder } from "./folder.ts";

interface UnzipOptions extends UnzipEffects {
  wanted?: (entryName: string) => boolean;
}

/** Unpacks a zip, and gives what was told of it and what lies in the folder. */
export async function unpacked(
  zip: Uint8Array,
  { wanted = () => true, ...effects }: UnzipOptions = {},
): Promise<Unzipped & { contents: Record<string, Buffer> }> {
  return withFolder(async (sandbox) => {
    const [file, folder] = [path.join(sandbox, "a.zip"), path.join(sandbox, "out")];
    await writeFile(file, zip);
    const result = await unzip(file, folder, wanted, effects);
    expect((await readdir(sandbox)).sort()).to.deep.equal(["a.zip", "out"]);
    return { ...result, contents: await contentsOf(folder) };
  });
}

/** Expects a zip to be refused, and nothing to stay of it. */
export async function refusal(
  zip: Uint8Array,
  { wanted = () => true, ...effects }: UnzipOptions = {},
): Promise<MarqueeError> {
  return withFolder(async (sandbox) => {
    const file = path.join(sandbox, "a.zip");
    await writeFile(file, zip);
    const unpacking = unzip(file, path.join(sandbox, "out", "deep"), wanted, effects);
    const error = await failure(unpacking, "input");
    expect(await readdir(sandbox)).to.deep.equal(["a.zip"]);
    return error;
  });
}

/** Every file below a folder, by its path. */
export async function contentsOf(folder: string): Promise<Record<string, Buffer>> {
  const contents: Record<string, Buffer> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath, entry.name);
    contents[path.relative(folder, file)] = await readFile(file);
  }
  return contents;
}

/** A file of a zip; what is said in `lies` goes into the directory in place of the truth. */
export interface ZipPart {
  name: string | Buffer;
  content?: string | Buffer;
  deflate?: boolean;
  /** Bits of the general purpose flag: 1 encrypted, 8 sizes behind the contents, 0x800 UTF-8. */
  flags?: number;
  /** Type and rights of the file on Unix. */
  mode?: number;
  /** Sizes and place in the extra field, as in an archive above 4 GB. */
  zip64?: boolean;
  /** The directory alone tells of this file: nothing stands before it. */
  onlyInDirectory?: boolean;
  lies?: {
    bytes?: number;
    compressedBytes?: number;
    crc32?: number;
    method?: number;
    headerStart?: number;
    nameInHeader?: string;
  };
}

/** The end of a zip, where it is not the truth or has more than it must. */
export interface ZipEnd {
  entries?: number;
  disk?: number;
  comment?: string;
  zip64?: boolean;
  /** Where the zip64 record says that it is. */
  zip64RecordStart?: bigint;
}

/** Makes a zip by hand, so that a test can say what is wrong in it. */
export function zipOf(parts: readonly ZipPart[], end: ZipEnd = {}): Buffer {
  const contents: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const part of parts) {
    directory.push(directoryEntry(part, position));
    if (part.onlyInDirectory === true) continue;
    const member = headerAndContents(part);
    contents.push(member);
    position += member.length;
  }
  const records = Buffer.concat(directory);
  const count = end.entries ?? parts.length;
  const zip64 = end.zip64 === true ? zip64End(count, records.length, position, end) : [];
  return Buffer.concat([...contents, records, ...zip64, endRecord(count, records, position, end)]);
}

/** What stands in a zip before its directory for one file: the header and the contents. */
export function headerAndContents(part: ZipPart): Buffer {
  const { raw, bytes, crc, method } = packed(part);
  const name = Buffer.from(part.lies?.nameInHeader ?? part.name);
  const flags = part.flags ?? 0;
  const behind = (flags & 8) !== 0;
  const sizes: Field[] = [
    [4, behind ? 0 : crc],
    [4, behind ? 0 : raw.length],
    [4, behind ? 0 : bytes],
  ];
  return Buffer.concat([
    numbers([4, 0x04034b50], [2, 20], [2, flags], [2, method], [4, 0x21_0000], ...sizes),
    numbers([2, name.length], [2, 0]),
    name,
    raw,
    behind ? numbers([4, 0x08074b50], [4, crc], [4, raw.length], [4, bytes]) : Buffer.alloc(0),
  ]);
}

type Field = [size: 2 | 4 | 8, value: number | bigint];

function numbers(...fields: Field[]): Buffer {
  return Buffer.concat(
    fields.map(([size, value]) => {
      const field = Buffer.alloc(size);
      if (size === 8) field.writeBigUInt64LE(BigInt(value));
      else field.writeUIntLE(Number(value), 0, size);
      return field;
    }),
  );
}

function packed(part: ZipPart): { raw: Buffer; bytes: number; crc: number; method: number } {
  const content = Buffer.from(part.content ?? "");
  const deflate = part.deflate === true;
  return {
    raw: deflate ? deflateRawSync(content) : content,
    bytes: content.length,
    crc: crc32(content),
    method: part.lies?.method ?? (deflate ? 8 : 0),
  };
}

function directoryEntry(part: ZipPart, position: number): Buffer {
  const { lies = {}, flags = 0, mode = 0 } = part;
  const { raw, bytes, crc, method } = packed(part);
  const name = Buffer.from(part.name);
  const truth = [
    lies.bytes ?? bytes,
    lies.compressedBytes ?? raw.length,
    lies.headerStart ?? position,
  ];
  const shortened = part.zip64 === true ? truth.map(() => 0xffffffff) : truth;
  const extra =
    part.zip64 === true
      ? numbers([2, 1], [2, 24], ...truth.map((value): Field => [8, value]))
      : Buffer.alloc(0);
  return Buffer.concat([
    numbers([4, 0x02014b50], [2, 0x0314], [2, 20], [2, flags], [2, method]),
    numbers([4, 0x21_0000], [4, lies.crc32 ?? crc], [4, shortened[1]!], [4, shortened[0]!]),
    numbers([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0]),
    numbers([4, mode * 0x10000], [4, shortened[2]!]),
    name,
    extra,
  ]);
}

function zip64End(count: number, bytes: number, start: number, end: ZipEnd): Buffer[] {
  const disk = end.disk ?? 0;
  return [
    numbers([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, disk], [4, 0]),
    numbers([8, count], [8, count], [8, bytes], [8, start]),
    numbers([4, 0x07064b50], [4, 0], [8, end.zip64RecordStart ?? start + bytes], [4, 1]),
  ];
}

function endRecord(count: number, records: Buffer, start: number, end: ZipEnd): Buffer {
  const comment = Buffer.from(end.comment ?? "");
  const large = end.zip64 === true;
  const few = large ? 0xffff : count;
  return Buffer.concat([
    numbers([4, 0x06054b50], [2, large ? 0xffff : (end.disk ?? 0)], [2, 0], [2, few], [2, few]),
    numbers([4, large ? 0xffffffff : records.length], [4, large ? 0xffffffff : start]),
    numbers([2, comment.length]),
    comment,
  ]);
}
