import { open, rename } from "node:fs/promises";
import { join } from "node:path";

import type { FileText } from "./csv.ts";

/** Where a file grows until it is whole. */
export function partialName(name: string): string {
  return `${name}.partial`;
}

/**
 * Writes a file piece by piece under a temporary name and renames it when it is whole. Each piece
 * is written before the next is made, so memory stays flat however long the file is.
 *
 * @returns what the text says that the file holds
 */
export async function writeWhole<Holds>(
  folder: string,
  name: string,
  text: FileText<Holds>,
): Promise<Holds> {
  const partial = join(folder, partialName(name));
  const file = await open(partial, "w");
  let piece = text.next();
  try {
    // Unlike write, writeFile on an open file goes on from where it stands until all is written.
    for (; !piece.done; piece = text.next()) await file.writeFile(piece.value);
  } finally {
    await file.close();
  }
  await rename(partial, join(folder, name));
  return piece.value;
}
