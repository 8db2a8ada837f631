import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { Command } from "commander";

import { exitCodes } from "../errors.ts";
import { expectCredentials } from "../jobs/cloud/credentials.ts";
import { cloudNamed } from "../jobs/cloud/run.ts";
import { parsed } from "../jobs/command-line.ts";
import { createLog } from "../jobs/report/log.ts";
import { environmentOption } from "./deploy/options.ts";
import { program } from "./program.ts";
import { expectNothingReal } from "./prove/base.ts";
import { prove } from "./prove/prove.ts";
import { reportOf, titleOf, verdictOf } from "./prove/report.ts";

const codes = `
Ends with 0 where all points hold, with ${exitCodes.check} where one does not, with ${exitCodes.cloud} where some were not tried
or a run there failed: that is no proof yet.`;

/** Runs the sample on an own project and says, point by point, whether it is what it should be. */
await program(async () => {
  const command = new Command("npm run prove --")
    .description(
      "Runs the sample on Google Cloud, for less than a dollar, and holds it against this machine's tables.",
    )
    .addOption(environmentOption())
    .option("--to <file>", "where the report is written (default: proof-ENV-DAY.md)")
    .addHelpText("after", codes);
  if (!parsed(command)) return exitCodes.success;
  const { env, to } = command.opts<{ env?: string; to?: string }>();
  const cloud = await cloudNamed(env);
  await expectCredentials(cloud);
  await expectNothingReal(cloud);

  const startedAt = new Date();
  const work = await mkdtemp(path.join(os.tmpdir(), "marquee-proof-"));
  try {
    const points = await prove(cloud, work, createLog("text"));
    const day = startedAt.toISOString().slice(0, 10);
    const file = to ?? `proof-${cloud.settings.environment}-${day}.md`;
    await writeFile(file, reportOf(cloud, startedAt, points));
    for (const point of points) console.log(titleOf(point));
    const { verdict, exitCode } = verdictOf(points);
    console.log(`\n${verdict} The report is ${file}`);
    return exitCode;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
});
