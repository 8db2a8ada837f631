import path from "node:path";

import { Command } from "commander";

import { exitCodes } from "../errors.ts";
import { parsed } from "../jobs/command-line.ts";
import { readSettings } from "../settings/read-settings.ts";
import { loadCatalog } from "../sql/catalog/catalog.ts";
import { stacksOf } from "../stacks/platform.ts";
import { synthesize } from "../stacks/synthesize.ts";
import { environmentOption } from "./deploy/options.ts";
import { program } from "./program.ts";

/** Writes the stacks of an environment as Terraform's JSON. */
await program(async () => {
  const command = new Command("npm run synth --")
    .description("Writes the stacks of an environment as Terraform's JSON to cdktf.out.")
    .addOption(environmentOption());
  if (!parsed(command)) return exitCodes.success;
  const { env } = command.opts<{ env?: string }>();
  const settings = await readSettings(env);
  const out = synthesize(settings, await loadCatalog());
  for (const stack of stacksOf(settings)) console.log(path.join(out, "stacks", stack));
  return exitCodes.success;
});
