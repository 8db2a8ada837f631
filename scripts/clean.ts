import { stdin } from "node:process";

import { Command } from "commander";

import { exitCodes, MarqueeError } from "../errors.ts";
import { parsed } from "../jobs/command-line.ts";
import { loadCatalog } from "../sql/catalog/catalog.ts";
import { clean } from "./clean/clean.ts";
import { confirm } from "./confirm.ts";
import { program } from "./program.ts";

/** Removes what no published table needs, once a person has seen what that is. */
await program(async () => {
  const command = new Command("npm run clean --")
    .description("Removes from a lake what no published table needs.")
    .option("--lake <folder>", "the lake", "data")
    .option("--yes", "do not ask", false);
  if (!parsed(command)) return exitCodes.success;
  const { lake, yes } = command.opts<{ lake: string; yes: boolean }>();
  if (lake.trim() === "") {
    throw new MarqueeError({
      reason: "usage",
      what: "--lake needs the name of a folder",
      next: "npm run clean -- --help shows what there is",
    });
  }
  const { datasets } = await loadCatalog();
  await clean(lake, yes, datasets, {
    tell: (text) => {
      console.log(text);
    },
    confirm: stdin.isTTY ? () => confirm("Remove it?") : undefined,
  });
  return exitCodes.success;
});
