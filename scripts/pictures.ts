import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { exitCodes } from "../errors.ts";
import { readModel } from "../jobs/dashboard/read-model.ts";
import { Session } from "../jobs/duckdb.ts";
import { usualOptions } from "../jobs/options.ts";
import { runPipeline, steps } from "../jobs/pipeline.ts";
import { createLog } from "../jobs/report/log.ts";
import { loadCatalog } from "../sql/catalog/catalog.ts";
import { drawTiles, type Shade } from "./pictures/draw-tiles.ts";
import { program } from "./program.ts";

/** What the README opens with: the first look at the answers. */
const shown = [
  "average_rating_by_month-1",
  "user_rating_distribution-1",
  "genre_popularity-1",
  "box_office_by_season-1",
];

const folder = path.join(import.meta.dirname, "..", "docs", "pictures");

/** Draws the README's pictures of the dashboard from the sample: the same data give the same bytes. */
await program(async () => {
  const lake = await mkdtemp(path.join(os.tmpdir(), "marquee-pictures-"));
  try {
    const only = steps.map(({ name }) => name);
    await runPipeline({ ...usualOptions, sources: ["sample"], lake, only }, createLog("text"));
    const catalog = await loadCatalog();
    const spillFolder = path.join(lake, "spill");
    const session = await Session.open({ macros: catalog.macros, spillFolder });
    const model = await readModel(session, catalog, path.join(lake, "current"));
    session.close();
    await mkdir(folder, { recursive: true });
    for (const shade of ["light", "dark"] as const satisfies Shade[]) {
      const file = path.join(folder, `dashboard-${shade}.svg`);
      await writeFile(file, drawTiles(model, shown, shade));
      console.log(file);
    }
  } finally {
    await rm(lake, { recursive: true, force: true });
  }
  return exitCodes.success;
});
