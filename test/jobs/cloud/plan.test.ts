import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { cloudPlan, engineWork } from "../../../jobs/cloud/plan.ts";
import { type Options, usualOptions } from "../../../jobs/options.ts";
import { steps } from "../../../jobs/pipeline.ts";
import { catalog } from "../../support/catalog.ts";
import { withStub } from "../../support/cloud/bigquery-stub.ts";
import { failure } from "../../support/errors.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { quietLog } from "../../support/pipeline.ts";
import { tinyFiles, tinySource } from "../../support/tiny-source.ts";
import { withVariables } from "../../support/variables.ts";

const bucket = "example-marquee-dev-marquee-dev-lake";

type Given = Partial<Options> & Pick<Options, "sources" | "lake">;

const all = steps.map(({ name }) => name);

/** The plan of a run, line by line; nobody answers who would be asked in earnest. */
async function wholePlan(options: Given): Promise<string[]> {
  const nobody = { STORAGE_EMULATOR_HOST: "http://127.0.0.1:9" };
  return withVariables(nobody, async () => {
    const where = { target: "hybrid", environment: "dev" } as const;
    const asked = { ...usualOptions, ...where, only: all, ...options };
    const lines = (await cloudPlan(asked, await catalog(), quietLog())).split("\n");
    return lines.map((line) => line.trim()).filter((line) => line !== "");
  });
}

/** What of it is about sending. */
async function planned(options: Given): Promise<string[]> {
  const lines = await wholePlan(options);
  const first = lines.findIndex((line) => line.startsWith("send "));
  return lines.slice(first, first + 3);
}

/** A working copy with a version, which an earlier run has left. */
async function workingCopy(folder: string, files: Record<string, string>): Promise<string> {
  const lake = path.join(folder, "copy");
  await writeFiles(path.join(lake, "versions", "one"), files);
  await symlink(path.join("versions", "one"), path.join(lake, "current"));
  await writeFile(path.join(lake, "bucket.json"), JSON.stringify({ bucket }));
  return lake;
}

const tinyBytes = Buffer.byteLength(Object.values(tinyFiles).join(""));
const tiny = `6 raw files, ${Math.ceil(tinyBytes / 1000)} kB`;

const thousands = (count: number): string => "x".repeat(1000 * count);

describe("--dry-run on Google Cloud", () => {
  it("says how much would be sent, as far as this machine knows it, and does nothing", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"), {
        "links.csv": thousands(1_500),
        "ratings.csv": thousands(2_500),
        "credits.csv": undefined,
        "keywords.csv": undefined,
        "movies_metadata.csv": undefined,
        "CUSR0000SS62031.csv": undefined,
        "notes.txt": thousands(9),
      });
      const lake = await workingCopy(folder, {
        "staging/ratings/part-00000.parquet": thousands(1_000),
        "staging/ratings/part-00001.parquet": thousands(500),
        "core/movies/part-00000.parquet": thousands(200),
        "ops/runs/part-00000.parquet": thousands(100),
        "kept/ratings/part-00000.parquet": thousands(7_000),
        "warehouse.duckdb": thousands(9_000),
        "lake.json": "{}",
      });
      const before = await readdir(folder, { recursive: true });
      expect(await planned({ sources: [source], lake })).to.deep.equal([
        `send     to gs://${bucket}, as far as it is not there:`,
        "2 raw files, 4.0 MB",
        "3 tables, 1.8 MB as they are now",
      ]);
      expect(await readdir(folder, { recursive: true })).to.deep.equal(before);
    });
  });

  it("says in plain words what nobody knows before the first run", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "copy");
      expect((await planned({ sources: ["sample"], lake })).slice(1)).to.deep.equal([
        "raw files of sample: unknown before the first run",
        "tables: unknown before the first run",
      ]);
      const [, raw] = await planned({ sources: [source, "sample"], lake });
      expect(raw).to.equal(`${tiny}; raw files of sample: unknown before the first run`);
      expect(await readdir(folder)).to.deep.equal(["in"]);
    });
  });

  it("takes for what is not fetched yet the size that is declared of it", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "copy");
      const [, both] = await planned({ sources: ["kaggle", "ml-1m"], lake });
      expect(both).to.equal("raw files of kaggle, ml-1m, not fetched yet: about 969.0 MB");
      const [, small] = await planned({ sources: ["kaggle"], lake, small: true });
      expect(small).to.equal("raw files of kaggle, not fetched yet: at most 944.0 MB");
      const [, all] = await planned({ sources: [source, "fred", "sample"], lake });
      const rest = "raw files of fred, not fetched yet: about 6 kB";
      expect(all).to.equal(`${tiny}; ${rest}; raw files of sample: unknown before the first run`);
    });
  });

  it("tells of the steps alone that are asked for", async () => {
    await withFolder(async (folder) => {
      const [lake, sources] = [path.join(folder, "copy"), ["kaggle"]];
      const of = (...only: string[]): Promise<string[]> =>
        wholePlan({ sources, lake, target: "gcp", engine: "spark", only });
      const opsAlone = [
        `send     to gs://${bucket} no more than the tables of ops, which tell of the run`,
        "load     5 tables into marquee_dev_ops: load jobs are free",
      ];
      const [first, , ...fetching] = await of("fetch");
      expect(first).to.equal("dev, in the project example-marquee-dev");
      expect(fetching).to.deep.equal(opsAlone);
      expect((await of("fetch", "prepare")).slice(2)).to.deep.equal([
        `send     to gs://${bucket}, as far as it is not there:`,
        "raw files of kaggle, not fetched yet: about 944.0 MB",
        opsAlone[1],
      ]);
      const [sending, tables, running, loading, ...more] = (await of("check")).slice(2);
      expect([sending, tables]).to.deep.equal([
        `send     to gs://${bucket}, as far as it is not there:`,
        "tables: unknown before the first run",
      ]);
      expect(running).to.match(/^run {6}checks as a job of Spark on the cluster/);
      expect([loading, more]).to.deep.equal([opsAlone[1], []]);
      const publishing = (await of("publish")).slice(4);
      expect(publishing).to.have.length(1);
      expect(publishing[0]).to.match(/^load {5}37 tables into marquee_dev_staging, /);

      const merging = { sources, lake, merge: true, only: ["fetch", "prepare"] };
      expect((await wholePlan(merging)).join("\n")).not.to.match(/exchange|run /);
      const hybrid = await wholePlan({ sources, lake, only: ["transform", "check"] });
      expect(hybrid).to.include("run      models and checks on this machine");
    });
  });

  it("says what the price of Spark's work takes for granted", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "copy");
      const gcp = { target: "gcp", engine: "spark" } as const;
      const lines = await wholePlan({ sources: ["kaggle"], lake, ...gcp });
      expect(lines.find((line) => line.startsWith("run "))).to.match(
        /^run {6}models and checks as a job of Spark on the cluster marquee-dev-spark \(one n2-standard-4\): about 0\.\d\d USD by list prices of \S+, 20 min assumed whatever the sources \(npm run cost says how\)$/,
      );
    });
  });

  it("knows the steps that have the engine work", () => {
    const usingEngine = steps.filter(({ usesEngine }) => usesEngine === true);
    expect(Object.keys(engineWork)).to.deep.equal(usingEngine.map(({ name }) => name));
  });

  it("takes no tables of others for those of the bucket, nor ops alone for all of them", async () => {
    await withFolder(async (folder) => {
      const files = { "core/movies/part-00000.parquet": "x" };
      const lake = await workingCopy(folder, files);
      await writeFile(path.join(lake, "bucket.json"), JSON.stringify({ bucket: "another" }));
      expect(await planned({ sources: ["sample"], lake })).to.include(
        "tables: unknown before the first run",
      );
      const second = path.join(folder, "second");
      await mkdir(second);
      const failed = await workingCopy(second, { "ops/runs/part-00000.parquet": "x" });
      expect(await planned({ sources: ["sample"], lake: failed })).to.include(
        "tables: unknown before the first run",
      );
    });
  });

  it("knows files that were made, fetched or unpacked before", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "copy");
      await tinySource(path.join(lake, "raw", "sample"), { "origin.json": "{}" });
      const origin = {
        ...{ source: "fred", address: "https://example.com", fetched_at: "2026-11-21T12:00:00Z" },
        received: { name: "x.csv", bytes: 2000, sha256: "0" },
        files: [{ name: "CUSR0000SS62031.csv", bytes: 2_000_000 }],
        left_packed: [],
      };
      await writeFiles(path.join(lake, "raw", "fred"), {
        "origin.json": JSON.stringify(origin),
        "files/CUSR0000SS62031.csv": thousands(2000),
      });
      const [, sample] = await planned({ sources: ["sample"], lake });
      expect(sample).to.equal(tiny);
      const [, fred] = await planned({ sources: ["fred"], lake });
      expect(fred).to.equal("1 raw file, 2.0 MB");
    });
  });

  it("says that a run refuses the example's settings, and asks nobody with them", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const given = { sources: [source], lake: path.join(folder, "copy") };
      const keys = "project.id, state_bucket, alert_email, dashboard_viewers, budget, github";
      const refused = `refused  until settings/dev.yml has your own ${keys}`;
      expect((await wholePlan(given))[1]).to.equal(refused);
      const months = { from: "2015-01", to: "2015-03" };
      const { line } = await failure(wholePlan({ ...given, merge: true, months }), "deployment");
      expect(line).to.include("settings/dev.yml still has the example's project.id");
    });
  });

  it("says of a merge what would be scanned, or that all is loaded", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const months = { from: "2015-01", to: "2015-03" };
      const asked = { ...usualOptions, target: "hybrid", environment: "dev", merge: true } as const;
      const of = {
        ...asked,
        sources: [source],
        lake: path.join(folder, "copy"),
        only: all,
        months,
      };
      await withStub(async (stub) => {
        const plan = async (bytes: number): Promise<string> => {
          stub.outcomes.push({ statistics: { totalBytesProcessed: String(bytes) } });
          return cloudPlan(of, await catalog(), quietLog());
        };
        expect(await plan(3e9)).to.match(/scan {5}about 6\.00 GB of staging\.ratings for that/);
        // The cap is 10 GiB.
        expect(await plan(5.3e9)).to.match(/scan {5}about 10\.60 GB of staging\.ratings/);
        expect(await plan(5.4e9)).to.match(
          /load {5}all of staging\.ratings: to exchange its months, 5\.40 GB, scans twice as much/,
        );
      });
    });
  });
});
