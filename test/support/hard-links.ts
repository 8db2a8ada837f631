import { createHash } from "node:crypto";
import { link, mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";

/**
 * Gives every file of a folder a second name below another one, as a reader holds it who has it open:
 * what is written over in place is seen there, what is put in its place is not.
 */
export async function holdFiles(folder: string, held: string): Promise<void> {
  for (const name of await filesIn(folder)) {
    await mkdir(path.dirname(path.join(held, name)), { recursive: true });
    await link(path.join(folder, name), path.join(held, name));
  }
}

/** SHA-256 of every file below a folder, by its name. */
export async function sumsOf(folder: string): Promise<Record<string, string>> {
  const sums = (await filesIn(folder)).map(async (name) => {
    const content = await readFile(path.join(folder, name));
    return [name, createHash("sha256").update(content).digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(sums));
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)))
    .sort();
}
