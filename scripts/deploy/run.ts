import { stdin } from "node:process";

import { Command } from "commander";

import { exitCodes, MarqueeError } from "../../errors.ts";
import { parsed } from "../../jobs/command-line.ts";
import { readSettings } from "../../settings/read-settings.ts";
import type { Settings } from "../../settings/settings.ts";
import { loadCatalog } from "../../sql/catalog/catalog.ts";
import { synthesize } from "../../stacks/synthesize.ts";
import { ask, confirm } from "../confirm.ts";
import { deploy } from "./deploy.ts";
import { environmentOption, secondKeyOption } from "./options.ts";
import { expectReady, expectSecondKey } from "./preflight.ts";
import { Terraform } from "./terraform.ts";

/** What deploy and destroy have in common: all but the direction. */
export async function run(name: "deploy" | "destroy", description: string): Promise<number> {
  const command = new Command(`npm run ${name} --`)
    .description(description)
    .addOption(environmentOption())
    .addOption(secondKeyOption())
    .option("--yes", "do not ask", false)
    .option("--plan", "plan and check, lock and change nothing", false);
  if (!parsed(command)) return exitCodes.success;
  const { env, yes, plan, secondKey } = command.opts<{
    env?: string;
    yes: boolean;
    plan: boolean;
    secondKey?: string;
  }>();
  const isDestroy = name === "destroy";
  const settings = await readSettings(env);
  if (isDestroy && settings.protectData) {
    throw new MarqueeError({
      reason: "deployment",
      what: `settings/${settings.environment}.yml protects its data`,
      next: "Deploy protect_data: false first, if you mean to lose it",
    });
  }
  const key = secondKey ?? (isDestroy && stdin.isTTY ? await askForKey(settings) : undefined);
  if (isDestroy) expectSecondKey(settings, key);
  await expectReady(settings, key, { needsKey: settings.protectData && !plan });
  const out = synthesize(settings, await loadCatalog());
  const wish = { isDestroy, isPlanOnly: plan, yes, secondKey: key };
  await deploy(settings, wish, (stack) => new Terraform(stack, out), {
    tell: (text) => {
      console.log(text);
    },
    confirm: stdin.isTTY ? confirm : undefined,
  });
  return exitCodes.success;
}

function askForKey({ environment, project }: Settings): Promise<string> {
  return ask(`All data of ${environment} will be lost. Type ${project.id} if you mean it: `);
}
