import { argv } from "node:process";

import { Command, Option } from "commander";

import { fetchPlan } from "../jobs/fetch/plan.ts";
import { givenSources } from "../jobs/fetch/given.ts";
import { MarqueeError } from "../errors.ts";
import { logFormatOf, usualOptions } from "../jobs/options.ts";
import { runPipeline } from "../jobs/pipeline.ts";
import { createLog, type LogFormat } from "../jobs/report/log.ts";
import { loadCatalog } from "../sql/catalog/catalog.ts";
import { parsed } from "../jobs/command-line.ts";
import { program } from "./program.ts";

const log = createLog(logFormatOf(argv.slice(2)));

/** Fetches datasets into a lake and does nothing else: the pipeline's first step alone. */
await program(
  async () => {
    const command = new Command("npm run fetch --")
      .description("Fetches datasets from their publishers into a lake.")
      .argument("<source...>", "datasets such as kaggle, fred or ml-latest-small")
      .option("--lake <folder>", "the lake to keep them in", "data")
      .option("--dry-run", "say what would be fetched, and do nothing", false)
      .addOption(
        new Option("--log <format>", "how it is reported")
          .choices(["text", "json"])
          .default("text"),
      );
    if (!parsed(command)) return 0;

    const said = command.opts<{ lake: string; dryRun: boolean; log: LogFormat }>();
    const sources = command.args;
    const catalog = await loadCatalog();
    const folder = (await givenSources(sources, catalog.datasets)).find(
      (source) => source.kind === "folder",
    );
    if (folder !== undefined) {
      throw new MarqueeError({
        reason: "usage",
        what: `${folder.folder} is a folder: it is read in place, there is nothing to fetch`,
        next: "Name it to the pipeline: npm run pipeline -- --source FOLDER",
      });
    }
    const options = { ...usualOptions, sources, only: ["fetch"], ...said };
    if (said.dryRun) process.stdout.write(await fetchPlan(options, catalog));
    else await runPipeline(options, log);
    return 0;
  },
  (error) => {
    log.error(error);
  },
);
