import { rename, writeFile } from "node:fs/promises";

/** Writes a value in the place of a file: whole or not at all, at whatever moment the run is killed. */
export async function replaceJson(file: string, value: object): Promise<void> {
  await writeFile(`${file}.next`, `${JSON.stringify(value, null, 2)}\n`);
  await rename(`${file}.next`, file);
}
