import { mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { Command } from "commander";
import open from "open";

import { exitCodes, MarqueeError } from "../errors.ts";
import { parsed } from "../jobs/command-line.ts";
import {
  lookerHost,
  type LookerSettings,
  reportLink,
  tableLinks,
} from "../sql/catalog/looker-link.ts";
import { dashboardName, writeDashboard } from "../jobs/dashboard/write-dashboard.ts";
import { Session } from "../jobs/duckdb.ts";
import { loadCatalog } from "../sql/catalog/catalog.ts";
import { readPublished } from "./lake/published.ts";
import { program } from "./program.ts";

interface Options {
  lake: string;
  open: boolean;
  looker?: string;
  dataset: string;
  billing?: string;
  template?: string;
  host: string;
}

/** Writes a lake's dashboard again and opens it, or tells the links to Looker Studio. */
await program(async () => {
  const command = new Command("npm run dashboard --")
    .description("Writes a lake's dashboard again and opens it in the browser.")
    .option("--lake <folder>", "the lake", "data")
    .option("--no-open", "only write it")
    .option("--looker <project>", "instead, tell the links that open Looker Studio on a project")
    .option("--dataset <name>", "its dataset of the marts", "marts")
    .option("--billing <project>", "who pays for the queries (the same project)")
    .option("--template <report>", "id of the report built by docs/looker-studio.md")
    .option("--host <name>", "of Looker Studio", lookerHost);
  if (!parsed(command)) return exitCodes.success;
  const options = command.opts<Options>();
  if (options.looker !== undefined) {
    await tellLinks(options, options.looker);
    return exitCodes.success;
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

async function tellLinks(options: Options, projectId: string): Promise<void> {
  const catalog = await loadCatalog();
  const settings: LookerSettings = {
    projectId,
    billingProjectId: options.billing,
    datasetId: options.dataset,
    host: options.host,
  };
  if (options.template !== undefined) {
    console.log(reportLink(catalog, { ...settings, templateId: options.template }));
    return;
  }
  for (const { table, link } of tableLinks(catalog, settings)) {
    console.log(`${table.question}\n  ${link}`);
  }
}
