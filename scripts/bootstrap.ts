import { env, stdin } from "node:process";

import { Command } from "commander";

import { exitCodes } from "../errors.ts";
import { parsed } from "../jobs/command-line.ts";
import { readSettings } from "../settings/read-settings.ts";
import { bootstrap } from "./bootstrap/bootstrap.ts";
import { confirm } from "./confirm.ts";
import { environmentOption } from "./deploy/options.ts";
import { program } from "./program.ts";

interface Options {
  env?: string;
  stateProject?: string;
  dryRun: boolean;
  yes: boolean;
}

/** Makes what must be on Google Cloud before Terraform can run for the first time. */
await program(async () => {
  const command = new Command("npm run bootstrap --")
    .description("Makes what must be on Google Cloud before the first deploy, by gcloud.")
    .addOption(environmentOption())
    .option("--state-project <project>", "where the state bucket is made (the same project)")
    .option("--dry-run", "print the commands and run none", false)
    .option("--yes", "do not ask", false);
  if (!parsed(command)) return exitCodes.success;
  const { env: environment, stateProject, dryRun, yes } = command.opts<Options>();
  await bootstrap(
    await readSettings(environment),
    { stateProject, isAgreed: yes, isDryRun: dryRun },
    {
      tell: (text) => {
        console.log(text);
      },
      confirm: stdin.isTTY ? confirm : undefined,
      env,
    },
  );
  return exitCodes.success;
});
