import { readFile } from "node:fs/promises";
import path from "node:path";

import { writeFiles } from "../../support/folder.ts";
import { root } from "../../support/program.ts";

/**
 * Writes settings of dev that are somebody's own: a project that nobody in the tests ever asks.
 *
 * @returns the folder, as MARQUEE_SETTINGS names it
 */
export async function ownSettings(folder: string): Promise<string> {
  const shipped = await readFile(path.join(root, "settings", "dev.yml"), "utf8");
  const own = shipped
    .replaceAll("example-marquee", "own-marquee")
    .replaceAll("@example.com", "@films.test")
    .replace(/^(budget|github):.*\n/gm, "");
  return writeFiles(folder, { "dev.yml": own });
}
