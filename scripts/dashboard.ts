import { mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { Command } from "commander";
import open from "open";

import { exitCodes, MarqueeError } from "../errors.ts";
import { cloudOf } from "../jobs/cloud/cloud.ts";
import { parsed } from "../jobs/command-line.ts";
import {
  lookerHost,
  type LookerSettings,
  reportLink,
  tableLinks,
} from "../sql/catalog/looker-link.ts";
import { dashboardName, writeDashboard } from "../jobs/dashboard/write-dashboard.ts";
import { Session } from "../jobs/duckdb.ts";
import { readSettings } from "../settings/read-settings.ts";
import { loadCatalog } from "../sql/catalog/catalog.ts";
import { environmentOption } from "./deploy/options.ts";
import { readPublished } from "./lake/published.ts";
import { program } from "./program.ts";

interface Options {
  lake: string;
  open: boolean;
  /** True where the environment's own project is meant. */
  looker?: string | true;
  env?: string;
  dataset?: string;
  billing?: string;
  template?: string;
  host?: string;
}

/** What only the links are made of. */
const ofLinks = ["env", "dataset", "billing", "template", "host"] as const;

/** Writes a lake's dashboard again and opens it, or tells the links to Looker Studio. */
await program(async () => {
  const command = new Command("npm run dashboard --")
    .description("Writes a lake's dashboard again and opens it in the browser.")
    .option("--lake <folder>", "the lake", "data")
    .option("--no-open", "only write it")
    .option(
      "--looker [project]",
      "instead, tell the links that open Looker Studio (on the environment's project)",
    )
    .addOption(environmentOption())
    .option("--dataset <name>", "its dataset of the marts (the environment's)")
    .option("--billing <project>", "who pays for the queries (the same project)")
    .option(
      "--template <report>",
      "id of the report built by docs/looker-studio.md (looker_report of the settings)",
    )
    .option("--host <name>", `of Looker Studio (${lookerHost})`);
  if (!parsed(command)) return exitCodes.success;
  const options = command.opts<Options>();
  if (options.looker !== undefined) {
    await tellLinks(options, options.looker);
    return exitCodes.success;
  }
  const idle = ofLinks.find((name) => options[name] !== undefined);
  if (idle !== undefined) {
    throw new MarqueeError({
      reason: "usage",
      what: `--${idle} is of the links to Looker Studio`,
      next: "Give --looker too",
    });
  }
  const file = await writeAgain(options.lake);
  console.log(file);
  if (options.open) await open(file);
  return exitCodes.success;
});

async function writeAgain(lake: string): Promise<string> {
  const catalog = await loadCatalog();
  const spillFolder = await mkdtemp(path.join(os.tmpdir(), "marquee-dashboard-"));
  const session = await Session.open({ macros: catalog.macros, spillFolder });
  try {
    await readPublished(lake, async (published) => {
      if (published?.state.prepared === undefined) throw nothingPublished(lake);
      await writeDashboard(session, catalog, published.folder);
    });
  } finally {
    session.close();
    await rm(spillFolder, { recursive: true, force: true });
  }
  const place = path.join(lake, dashboardName);
  // A lake that was published before there were dashboards has no such link.
  await symlink(path.join("current", dashboardName), place).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  });
  return place;
}

function nothingPublished(lake: string): MarqueeError {
  return new MarqueeError({
    reason: "usage",
    what: `nothing is published in ${lake}`,
    next: "Make it with npm run pipeline, or name another folder with --lake",
  });
}

/** What is not said on the command line is as the environment has it. */
async function tellLinks(options: Options, said: string | true): Promise<void> {
  const catalog = await loadCatalog();
  const { settings, names } = cloudOf(await readSettings(options.env));
  const looker: LookerSettings = {
    projectId: said === true ? settings.project.id : said,
    billingProjectId: options.billing,
    datasetId: options.dataset ?? names.datasets.marts,
    host: options.host,
  };
  const templateId = options.template ?? settings.lookerReport;
  if (templateId !== undefined) {
    console.log(reportLink(catalog, { ...looker, templateId }));
    return;
  }
  for (const { table, link } of tableLinks(catalog, looker)) {
    console.log(`${table.question}\n  ${link}`);
  }
}
