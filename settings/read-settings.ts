import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../errors.ts";
import { readYaml } from "../yaml.ts";
import { declarationOf } from "./declaration.ts";
import type { Settings } from "./settings.ts";

/** Settings may lie elsewhere, where whoever has them keeps them from what is shared. */
function usualFolder(): string {
  const { MARQUEE_SETTINGS: said = "" } = process.env;
  return said === "" ? import.meta.dirname : said;
}

/** The environment that is meant where nobody says one. */
export function usualEnvironment(): string {
  const { MARQUEE_ENV: said = "" } = process.env;
  return said === "" ? "dev" : said;
}

/**
 * Reads the settings of an environment.
 *
 * @param environment what --env says; else MARQUEE_ENV counts, else dev
 * @param where the folder of the files; MARQUEE_SETTINGS, else settings/
 * @throws MarqueeError (deployment) naming file and line: no such file, an unknown key, a value or a
 *   name that Google Cloud would refuse
 */
export async function readSettings(
  environment: string | undefined,
  where = usualFolder(),
): Promise<Settings> {
  // An empty --env is a variable of a shell that nobody has set: dev is not what was meant.
  const name = environment ?? usualEnvironment();
  const known = (await readdir(where, { withFileTypes: true }))
    .filter((file) => file.isFile() && /^[a-z][a-z0-9]*\.yml$/.test(file.name))
    .map((file) => path.basename(file.name, ".yml"));
  if (name.trim() === "") {
    throw new MarqueeError({
      reason: "deployment",
      what: "--env asks for the name of an environment",
      next: `There are ${known.join(", ")}`,
    });
  }
  if (!known.includes(name)) {
    throw new MarqueeError({
      reason: "deployment",
      what: `there is no settings/${name}.yml`,
      next: `Environments are ${known.join(", ")}; another one is a copy of one of their files, called by small letters and digits`,
    });
  }
  const text = await readFile(path.join(where, `${name}.yml`), "utf8");
  return readYaml("deployment", `settings/${name}.yml`, text, declarationOf(name));
}
