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
  synthesize(settings, await loadCatalog());
  console.log(
    stacksOf(settings)
      .map((stack) => `cdktf.out/stacks/${stack}`)
      .join("\n"),
  );
  return exitCodes.success;
});
