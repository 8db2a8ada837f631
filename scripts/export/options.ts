import { Command, Option } from "commander";

import { MarqueeError } from "../../errors.ts";
import { parsed } from "../../jobs/command-line.ts";
import { type Format, formats } from "./formats.ts";

/** What an export is asked for, complete. */
export interface ExportOptions {
  lake: string;
  format: Format;
  /** Patterns of table ids, such as marts.*. */
  tables: string[];
  to: string;
}

/**
 * Reads the command line.
 *
 * @param argv without the program's own name
 * @returns undefined where only the help was asked for, which has been printed then
 * @throws MarqueeError (usage) for an unknown option or value, or where --to is missing
 */
export function readOptions(argv: readonly string[]): ExportOptions | undefined {
  const command = new Command("npm run export --")
    .description("Writes a lake's published tables as files for other warehouses.")
    .requiredOption("--to <folder>", "folder to write into; it is made when missing")
    .addOption(new Option("--format <format>", "of the files").choices(formats).default("parquet"))
    .option("--tables <patterns>", "separated by commas; * stands for any characters", "marts.*")
    .option("--lake <folder>", "the lake whose tables are written", "data");
  if (!parsed(command, argv)) return undefined;

  const said = command.opts<{ lake: string; format: Format; tables: string; to: string }>();
  for (const option of ["lake", "to"] as const) {
    if (said[option].trim() !== "") continue;
    throw new MarqueeError({
      reason: "usage",
      what: `--${option} needs the name of a folder`,
      next: "npm run export -- --help shows what there is",
    });
  }
  return { ...said, tables: said.tables.split(",").map((pattern) => pattern.trim()) };
}
