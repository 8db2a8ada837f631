import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import { expect } from "chai";

import type { DashboardModel } from "../../../jobs/dashboard/browser/model.ts";
import { kindOf, labelOf } from "../../../jobs/dashboard/read-model.ts";
import { writeDashboard } from "../../../jobs/dashboard/write-dashboard.ts";
import { writeTable } from "../../../jobs/lake/table-files.ts";
import { readModel } from "../../../jobs/dashboard/read-model.ts";
import type { Catalog } from "../../../sql/catalog/catalog.ts";
import type { Column } from "../../../sql/catalog/types.ts";
import { catalog } from "../../support/catalog.ts";
import { failure } from "../../support/errors.ts";
import { withFolder } from "../../support/folder.ts";
import { runLocally } from "../../support/pipeline.ts";
import { withSession } from "../../support/read-source.ts";
import { tinySource } from "../../support/tiny-source.ts";
import { askWarehouse } from "../../support/warehouse.ts";

const column = (said: Partial<Column>): Column => ({
  ...{ name: "n", type: "BIGINT", unit: undefined, required: true, range: undefined },
  ...{ values: undefined, description: "" },
  ...said,
});

describe("what the dashboard is drawn from", () => {
  it("knows how a column is written from its declaration", () => {
    expect(kindOf(column({ name: "title", type: "STRING" }))).to.equal("text");
    expect(kindOf(column({ unit: "US dollars of the newest month", type: "DOUBLE" }))).to.equal(
      "money",
    );
    expect(kindOf(column({ unit: "stars", type: "DOUBLE" }))).to.equal("amount");
    expect(kindOf(column({ name: "release_year" }))).to.equal("year");
    expect(kindOf(column({ name: "month", range: { min: 1, max: 12 } }))).to.equal("month");
    expect(kindOf(column({ name: "movie_id" }))).to.equal("plain");
    expect(labelOf("average_real_revenue_usd")).to.equal("Average real revenue");
    expect(labelOf("user_id")).to.equal("User");
  });

  it("has of a long table the first rows by its sort, and says how many there are", async () => {
    const whole = await catalog();
    const stats = whole.tables.find(({ id }) => id === "marts.movie_rating_stats")!;
    const alone: Catalog = { ...whole, tables: [stats] };
    const select = `
      select i as movie_id, null::bigint as tmdb_id, 'Film ' || i as title, i % 1000 as rating_count,
          1.0 as min_rating, 5.0 as max_rating, 3.25 as average_rating
      from range(1, 60001) t(i)`;
    await withSession(async (session, folder) => {
      await writeTable(session, folder, { ...stats, select });
      const { tables } = await readModel(session, alone, folder);
      const { rows, shown, values } = tables[stats.id]!;
      expect([rows, shown]).to.deep.equal([60_000, 50_000]);
      expect(values["rating_count"]![0]).to.equal(999);
      expect(values["title"]!.slice(0, 2)).to.deep.equal(["Film 999", "Film 1999"]);
      expect(Math.min(...(values["rating_count"] as number[]))).to.equal(166);
    });
  });

  it("holds what the warehouse holds, beside the tables of every run", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [await tinySource(path.join(folder, "in"))], lake });
      const html = await readFile(path.join(lake, "dashboard.html"), "utf8");
      const text = /id="model">([^<]*)</.exec(html)?.[1] ?? "";
      const model = JSON.parse(
        gunzipSync(Buffer.from(text, "base64")).toString("utf8"),
      ) as DashboardModel;
      const [[count = ""] = []] = await askWarehouse(
        path.join(lake, "warehouse.duckdb"),
        "select sum(rating_count) from marts.average_rating_by_month",
      );
      const counts = model.tables["marts.average_rating_by_user"]!.values[
        "rating_count"
      ] as number[];
      expect(counts.reduce((a, b) => a + b, 0)).to.equal(Number(count));
    });
  });

  it("stays as it was when a later run fails", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      const source = await tinySource(path.join(folder, "in"));
      await runLocally({ sources: [source], lake });
      const before = await readFile(path.join(lake, "dashboard.html"), "utf8");
      await writeFile(path.join(source, "ratings.csv"), "");
      await failure(runLocally({ sources: [source], lake }), "input");
      expect(await readFile(path.join(lake, "dashboard.html"), "utf8")).to.equal(before);
    });
  });

  it("can be written again, and is the same then", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [await tinySource(path.join(folder, "in"))], lake });
      const before = await readFile(path.join(lake, "dashboard.html"), "utf8");
      const root = path.join(lake, "current");
      await withSession(async (session) => {
        await writeDashboard(session, await catalog(), root);
      });
      expect(await readFile(path.join(root, "dashboard.html"), "utf8")).to.equal(before);
    });
  });
});
