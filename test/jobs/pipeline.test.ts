import { rm } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { answers } from "../support/answers.ts";
import { askWarehouse } from "../support/warehouse.ts";
import { catalog } from "../support/catalog.ts";
import { withFolder } from "../support/folder.ts";
import { quietLog, runLocally } from "../support/pipeline.ts";
import { tinyFiles, tinySource } from "../support/tiny-source.ts";

const ask = (lake: string, sql: string): Promise<unknown[][]> =>
  askWarehouse(path.join(lake, "warehouse.duckdb"), sql);

describe("the pipeline", () => {
  it("takes a folder's files to every table of the catalogue", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      const run = await runLocally({ sources: [source], lake });
      const tables = await answers(lake);
      const empty = Object.keys(tables).filter((id) => tables[id]?.length === 0);
      expect(empty).to.deep.equal([
        "staging.movie_countries",
        "staging.movie_languages",
        "staging.title_genres",
        "staging.titles",
      ]);
      expect(
        await ask(lake, "select genre, real_revenue_usd from marts.genre_earnings"),
      ).to.deep.equal([["Drama", "830.0"]]);
      expect(await ask(lake, "select status, synthetic, sources from ops.runs")).to.deep.equal([
        ["succeeded", "false", source],
      ]);
      expect(
        await ask(lake, "select count(*) from ops.checks where not passed and severity = 'error'"),
      ).to.deep.equal([["0"]]);
      expect(run.record.remarks).to.deep.equal([]);
    });
  });

  it("has the declared types in every table, empty or not, in warehouse and Parquet", async () => {
    await withFolder(async (folder) => {
      const only = await tinySource(path.join(folder, "in"));
      for (const name of Object.keys(tinyFiles)) {
        if (name !== "links.csv") await rm(path.join(only, name));
      }
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [only], lake });
      for (const table of (await catalog()).tables) {
        const files = path.join(lake, table.layer, table.name, "*.parquet");
        const inWarehouse = await ask(
          lake,
          `select column_name, column_type from (describe ${table.id})`,
        );
        const inParquet = await ask(
          lake,
          `select column_name, column_type from (describe from '${files}')`,
        );
        const names = { STRING: "VARCHAR", TIMESTAMP: "TIMESTAMP WITH TIME ZONE" } as Record<
          string,
          string
        >;
        const declared = table.columns.map(({ name, type }) => [name, names[type] ?? type]);
        expect(inWarehouse, table.id).to.deep.equal(declared);
        expect(inParquet, table.id).to.deep.equal(declared);
      }
    });
  });

  it("writes zstd Parquet with instants adjusted to UTC", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [source], lake });
      const files = `'${lake}/*/*/*.parquet'`;
      expect(
        await ask(lake, `select distinct compression from parquet_metadata(${files})`),
      ).to.deep.equal([["ZSTD"]]);
      const instants = await ask(
        lake,
        `select distinct type, logical_type from parquet_schema(${files}) where logical_type like 'TimestampType%' or type = 'INT96'`,
      );
      expect(instants).to.have.length(1);
      expect(String(instants[0]?.[1])).to.include("isAdjustedToUTC=1");
    });
  });

  it("says which answers are empty or partial for want of a source", async () => {
    await withFolder(async (folder) => {
      const changes = { "CUSR0000SS62031.csv": undefined, "credits.csv": undefined };
      const source = await tinySource(path.join(folder, "in"), changes);
      const lake = path.join(folder, "lake");
      const run = await runLocally({ sources: [source], lake });
      expect(run.record.remarks).to.deep.equal([
        "without credits: staging.cast_members, staging.crew_members are empty",
        "without cpi: marts.genre_earnings is empty; marts.box_office_by_month, marts.box_office_by_season are partial",
      ]);
      const [[message]] = (await ask(lake, "select message from ops.runs")) as [[string]];
      expect(message).to.include("without cpi: marts.genre_earnings is empty");
    });
  });

  it("gives the same tables twice", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [source], lake });
      const first = await answers(lake);
      await runLocally({ sources: [source], lake });
      expect(await answers(lake)).to.deep.equal(first);
      expect(await ask(lake, "select count(*) from ops.runs")).to.deep.equal([["2"]]);
    });
  });

  it("keeps records that cannot be read in ops.quarantine, whole", async () => {
    await withFolder(async (folder) => {
      const ratings = `${tinyFiles["ratings.csv"]!}x,10,4.0,946684800\n`;
      const source = await tinySource(path.join(folder, "in"), { "ratings.csv": ratings });
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [source], lake });
      const rows = await ask(
        lake,
        "select source, file, record_number, reason_code, record from ops.quarantine",
      );
      expect(rows).to.deep.equal([
        [
          "ratings",
          path.join(source, "ratings.csv"),
          "5",
          "not_a_whole_number",
          "x,10,4.0,946684800",
        ],
      ]);
      expect(
        await ask(
          lake,
          "select records_read, records_kept, records_superseded, records_quarantined from ops.sources where source = 'ratings'",
        ),
      ).to.deep.equal([["5", "4", "0", "1"]]);
    });
  });

  it("takes the large file unless told otherwise, file by file", async () => {
    await withFolder(async (folder) => {
      const few = "userId,movieId,rating,timestamp\n1,10,4.0,946684800\n";
      const source = await tinySource(path.join(folder, "in"), { "ratings_small.csv": few });
      const large = await runLocally({ sources: [source], lake: path.join(folder, "large") });
      const small = await runLocally({
        sources: [source],
        lake: path.join(folder, "small"),
        small: true,
      });
      const kept = (run: typeof large, name: string): number | undefined =>
        run.record.accounts.find((account) => account.source === name)?.kept;
      expect([kept(large, "ratings"), kept(large, "links")]).to.deep.equal([4, 2]);
      expect([kept(small, "ratings"), kept(small, "links")]).to.deep.equal([1, 2]);
    });
  });

  it("reads a folder that is named twice once", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const sources = [source, path.join(source, ".")];
      const { record } = await runLocally({ sources, lake: path.join(folder, "lake") });
      expect(record.accounts.find((account) => account.source === "ratings")?.read).to.equal(4);
    });
  });

  it("warns of what is worth a warning and goes on", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"), { "keywords.csv": "id,keywords\n" });
      const log = quietLog();
      const run = await runLocally({ sources: [source], lake: path.join(folder, "lake") }, log);
      expect(log.warnings.join("\n")).to.include("keywords.csv holds a header and no record");
      expect(run.record.remarks).to.deep.equal([
        "without keywords: staging.movie_keywords is empty",
      ]);
    });
  });
});
