import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";
import { zipSync } from "fflate";

import { givenSources } from "../../../jobs/fetch/given.ts";
import { fetchPlan } from "../../../jobs/fetch/plan.ts";
import { catalog } from "../../support/catalog.ts";
import { failure } from "../../support/errors.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { runLocally } from "../../support/pipeline.ts";
import { tinyFiles, tinySource } from "../../support/tiny-source.ts";
import { askWarehouse } from "../../support/warehouse.ts";

function zipOf(files: Record<string, string | Buffer>): Buffer {
  const entries = Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]);
  return Buffer.from(zipSync(Object.fromEntries(entries) as Record<string, Uint8Array>));
}

const movieLens = {
  "ml-1m/ratings.dat": "1::1::3::978300760\n",
  "ml-1m/movies.dat": Buffer.from("1::Café (1995)::Drama\n", "latin1"),
  "ml-1m/users.dat": "1::F::1::10::48067\n",
};

describe("what --source names", () => {
  it("is a name before a folder, a folder or a zip", async () => {
    const { datasets } = await catalog();
    await withFolder(async (folder) => {
      await writeFiles(folder, { "kaggle/x": "", "a.ZIP": "", "notes.txt": "" });
      const kinds = async (...sources: string[]): Promise<string[]> =>
        (await givenSources(sources, datasets)).map(({ kind }) => kind);
      const zip = path.join(folder, "a.ZIP");
      expect(await kinds("sample", "kaggle", path.join(folder, "kaggle"), zip)).to.deep.equal([
        "sample",
        "dataset",
        "folder",
        "zip",
      ]);
      const refusals: [string[], RegExp][] = [
        [["ml-10m"], /there is no such source.* kaggle, .*ml-latest-small/],
        [[path.join(folder, "notes.txt")], /it is a file, not a folder or a \.zip/],
        [["toString"], /there is no such source/],
      ];
      for (const [sources, message] of refusals) {
        expect((await failure(kinds(...sources), "usage")).line).to.match(message);
      }
      await writeFiles(folder, { "other/a.ZIP": "" });
      const twins = kinds(zip, path.join(folder, "other", "a.ZIP"));
      expect((await failure(twins, "usage")).line).to.match(/has the same name/);
    });
  });

  it("may be a zip, which is unpacked into the lake once", async () => {
    await withFolder(async (folder) => {
      const zip = path.join(folder, "ml-1m.zip");
      await writeFile(zip, zipOf(movieLens));
      const lake = path.join(folder, "lake");
      const warehouse = path.join(lake, "warehouse.duckdb");
      for (const round of [1, 2]) {
        const run = await runLocally({ sources: [zip], lake });
        expect(run.record.synthetic, `round ${round}`).to.equal(false);
        const titles = await askWarehouse(warehouse, "select title, genres from staging.titles");
        expect(titles).to.deep.equal([["Café", "Drama"]]);
      }
      const raw = path.join(lake, "raw");
      expect(await readdir(raw)).to.deep.equal(["ml-1m.zip.unpacked"]);
      expect((await readdir(path.join(raw, "ml-1m.zip.unpacked"))).sort()).to.deep.equal([
        "files",
        "origin.json",
      ]);

      // Another zip under the same name takes its place.
      await writeFile(zip, zipOf({ ...movieLens, "ml-1m/movies.dat": "1::New::War\n" }));
      await runLocally({ sources: [zip], lake });
      const titles = await askWarehouse(warehouse, "select title, genres from staging.titles");
      expect(titles).to.deep.equal([["New", "War"]]);
    });
  });

  it("may be a zip of dated deliveries, or of made-up data, and says so", async () => {
    await withFolder(async (folder) => {
      const zip = path.join(folder, "deliveries.zip");
      const links = (imdbId: number): string => `movieId,imdbId,tmdbId\n1,${imdbId},1\n`;
      await writeFile(
        zip,
        zipOf({
          "all/2024-01-01/links.csv": links(1),
          "all/2024-02-01/links.csv": links(2),
          "all/2024-02-01/origin.json": '{"synthetic": true}',
        }),
      );
      const lake = path.join(folder, "lake");
      const run = await runLocally({ sources: [zip], lake });
      expect(run.record.synthetic).to.equal(true);
      const warehouse = path.join(lake, "warehouse.duckdb");
      expect(await askWarehouse(warehouse, "select imdb_id from staging.links")).to.deep.equal([
        ["tt0000002"],
      ]);
    });
  });

  it("leaves nothing behind of a zip that is refused, and the old answers", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [await tinySource(path.join(folder, "in"))], lake });
      const broken: [string, Buffer, RegExp][] = [
        ["none.zip", zipOf({ "readme.txt": "" }), /none\.zip holds no file that Marquee knows/],
        ["cut.zip", zipOf(movieLens).subarray(0, 50), /cut\.zip is not a whole zip/],
        [
          "two.zip",
          zipOf({ "a/ratings.dat": "x", "b/ratings.dat": "x" }),
          /two\.zip holds known files in several folders: a, b/,
        ],
        ["page.zip", Buffer.from("<html>"), /page\.zip is not a whole zip/],
        ["out.zip", zipOf({ "../ratings.dat": "x" }), /\.\.\/ratings\.dat/],
      ];
      for (const [name, bytes, message] of broken) {
        const zip = path.join(folder, name);
        await writeFile(zip, bytes);
        expect((await failure(runLocally({ sources: [zip], lake }), "input")).line).to.match(
          message,
        );
      }
      expect(await readdir(path.join(lake, "raw"))).to.deep.equal([]);
      const films = await askWarehouse(
        path.join(lake, "warehouse.duckdb"),
        "select count(*) from core.movies",
      );
      expect(films).to.deep.equal([["2"]]);
    });
  });

  it("must be fetched before it is prepared", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      const prepare = runLocally({ sources: ["fred"], lake, only: ["prepare"] });
      expect((await failure(prepare, "usage")).line).to.match(
        /fred has not been fetched into .*lake.*Run the step fetch first/,
      );

      // Another zip of the same name is not the one that was unpacked.
      await writeFiles(folder, {
        "a/x.zip": zipOf(movieLens),
        "b/x.zip": zipOf({ "u.data": "1\t1\t3\t1\n" }),
      });
      await runLocally({ sources: [path.join(folder, "a", "x.zip")], lake, only: ["fetch"] });
      const other = runLocally({
        sources: [path.join(folder, "b", "x.zip")],
        lake,
        only: ["prepare"],
      });
      expect((await failure(other, "usage")).line).to.match(/b\/x\.zip has not been fetched/);
    });
  });
});

describe("--dry-run", () => {
  it("says what would be fetched, how large, from where, under which licence, and does nothing", async () => {
    const declared = await catalog();
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      const sources = declared.datasets.map(({ name }) => name);
      const plan = await fetchPlan({ sources, lake, small: false }, declared);
      for (const { name, download, licence } of declared.datasets) {
        expect(plan).to.include(`${name}: `);
        expect(plan).to.include(download.address);
        expect(plan).to.include(licence);
      }
      const denied = plan.split("\n\n").filter((part) => part.includes("may not be redistributed"));
      expect(denied.map((part) => part.split(":")[0]).sort()).to.deep.equal([
        "ml-100k",
        "ml-1m",
        "ml-25m",
      ]);
      expect(plan).to.match(/ml-25m: .*\n.*\n.*ml-25m\.zip\n.*about 262\.0 MB, 1\.16 GB unpacked/);
      expect(await readdir(folder)).to.deep.equal([]);
    });
  });

  it("lists the files of folders, and tells the size of zips", async () => {
    const declared = await catalog();
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const zip = path.join(folder, "ml-1m.zip");
      await writeFile(zip, zipOf(movieLens));
      const sources = ["sample", source, zip];
      const plan = await fetchPlan({ sources, lake: folder, small: false }, declared);
      expect(plan).to.match(/sample: made on this machine/);
      for (const name of Object.keys(tinyFiles)) expect(plan).to.include(`${name} 1 kB`);
      expect(plan).to.match(/ml-1m\.zip: 1 kB, unpacked on this machine/);
    });
  });
});
