import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import type { Manifest } from "../../../scripts/export/manifest.ts";
import { exported, oddLake, oddTable } from "../../support/export.ts";
import { runLocally } from "../../support/pipeline.ts";
import { tinySource } from "../../support/tiny-source.ts";
import { askWarehouse } from "../../support/warehouse.ts";

describe("an export's tables.json", () => {
  let folder: string;
  let lake: string;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "marquee-test-"));
    lake = path.join(folder, "lake");
    await runLocally({ sources: [await tinySource(path.join(folder, "in"))], lake });
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("lets another warehouse make the tables", async () => {
    const to = path.join(folder, "described");
    const before = new Date().toISOString();
    await exported({ lake, tables: ["marts.top_movies_by_user", "ops.runs", "staging.cpi"], to });
    const text = await readFile(path.join(to, "tables.json"), "utf8");
    const { exported_at: exportedAt, version, tables, ...rest } = JSON.parse(text) as Manifest;

    const asked = "select run_id, epoch_ms(finished_at) from ops.runs";
    const [[run, finished] = []] = await askWarehouse(path.join(lake, "warehouse.duckdb"), asked);
    expect(rest).to.deep.equal({ format: "csv", synthetic: false, left_out: [] });
    expect(version.run_id).to.equal(run);
    expect(Date.parse(version.published_at!)).to.equal(Number(finished));
    const instants = [before, exportedAt, new Date().toISOString()];
    expect(instants).to.deep.equal([...instants].sort());
    expect(tables.map(({ run_id: id }) => id)).to.deep.equal([run, run, run]);

    const top = tables.find(({ table }) => table === "marts.top_movies_by_user")!;
    const { columns, ...told } = top;
    expect(told).to.deep.include({
      file: "marts/top_movies_by_user.csv",
      question: "Which three films does each user like best?",
      key: ["user_id", "rank"],
      partition: null,
      cluster: ["user_id"],
    });
    expect(
      columns.map(({ name, type, required, unit }) => [name, type, required, unit]),
    ).to.deep.equal([
      ["user_id", "BIGINT", true, null],
      ["rank", "BIGINT", true, null],
      ["movie_id", "BIGINT", true, null],
      ["title", "STRING", false, null],
      ["rating", "DOUBLE", true, "stars"],
      ["rated_at", "TIMESTAMP", true, null],
    ]);
    expect(columns[3]!.description).to.equal("Title of the film");
    expect(tables.find(({ table }) => table === "ops.runs")!.partition).to.deep.equal({
      column: "started_at",
      by: "DAY",
    });
  });

  it("names the run that made each layer, and says that the data are made up", async () => {
    const made = await oddLake(path.join(folder, "layers"), ["(1, 1, 'a', true, null, null)"]);
    const version = path.join(made, "current");
    const odd = await oddTable();
    const layered = (["staging", "marts", "ops"] as const).map((layer) => ({
      ...odd,
      layer,
      id: `${layer}.odd`,
    }));
    for (const layer of ["staging", "ops"]) {
      await cp(path.join(version, "marts"), path.join(version, layer), { recursive: true });
    }
    const to = path.join(folder, "layers-files");
    const manifest = await exported({ lake: made, tables: ["*"], to }, {}, () => layered);
    expect(manifest.synthetic).to.equal(true);
    expect(manifest.version).to.deep.equal({ run_id: "publish-run", published_at: null });
    expect(manifest.tables.map(({ run_id: id }) => id)).to.deep.equal([
      "prepare-run",
      "transform-run",
      "publish-run",
    ]);
  });
});
