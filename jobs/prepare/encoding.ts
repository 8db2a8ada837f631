import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";

import type { Encoding } from "../../sql/catalog/types.ts";
import type { FoundFile } from "./find.ts";

/** The number, from 1, of the line at a byte of a file; blank lines are not counted. */
export async function lineAt(file: string, position: number): Promise<number> {
  let lines = 0;
  let isBlank = true;
  for await (const piece of createReadStream(file, { end: position - 1, encoding: "latin1" })) {
    for (const part of (piece as string).split(/([\r\n])/)) {
      if (part === "\n" || part === "\r") isBlank = true;
      else if (part !== "" && isBlank) {
        lines += 1;
        isBlank = false;
      }
    }
  }
  return lines;
}

/**
 * A file as UTF-8, which is what DuckDB reads best: its own reader of Latin-1 refuses the bytes 0x80
 * to 0x9F, for which Latin-1 has characters too.
 *
 * @param target where a converted copy is written, if the file needs one
 * @returns the file itself, or its copy
 */
export async function asUtf8(
  file: FoundFile,
  encoding: Encoding,
  target: string,
): Promise<FoundFile> {
  if (encoding === "utf-8") return file;
  await pipeline(createReadStream(file.path, "latin1"), createWriteStream(target));
  return { ...file, path: target };
}
