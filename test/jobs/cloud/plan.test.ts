import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { cloudPlan } from "../../../jobs/cloud/plan.ts";
import { type Options, usualOptions } from "../../../jobs/options.ts";
import { steps } from "../../../jobs/pipeline.ts";
import { catalog } from "../../support/catalog.ts";
import { withStub } from "../../support/cloud/bigquery-stub.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { quietLog } from "../../support/pipeline.ts";
import { tinyFiles, tinySource } from "../../support/tiny-source.ts";
import { withVariables } from "../../support/variables.ts";

const bucket = "example-marquee-dev-marquee-dev-lake";

/** What a run would send, line by line; nobody answers who would be asked in earnest. */
async function planned(
  options: Partial<Options> & Pick<Options, "sources" | "lake">,
): Promise<string[]> {
  const nobody = { STORAGE_EMULATOR_HOST: "http://127.0.0.1:9" };
  return withVariables(nobody, async () => {
    const where = { target: "hybrid", environment: "dev" } as const;
    const only = steps.map(({ name }) => name);
    const asked = { ...usualOptions, ...where, only, ...options };
    const lines = (await cloudPlan(asked, await catalog(), quietLog())).split("\n");
    const first = lines.findIndex((line) => line.includes("send "));
    return lines.slice(first, first + 3).map((line) => line.trim());
  });
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
      expect((await planned({ sources: ["kaggle", "fred"], lake })).slice(1)).to.deep.equal([
        "raw files of kaggle, fred: unknown before the first run",
        "tables: unknown before the first run",
      ]);
      const [, raw] = await planned({ sources: [source, "fred"], lake });
      expect(raw).to.equal(`${tiny}; raw files of fred: unknown before the first run`);
      expect(await readdir(folder)).to.deep.equal(["in"]);
    });
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

  it("says of a merge what would be scanned, or that all is loaded", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const months = { from: "2015-01", to: "2015-03" };
      const asked = { ...usualOptions, target: "hybrid", environment: "dev", merge: true } as const;
      const of = { ...asked, sources: [source], lake: path.join(folder, "copy"), only: [], months };
      await withStub(async (stub) => {
        const plan = async (bytes: number): Promise<string> => {
          stub.outcomes.push({ statistics: { totalBytesProcessed: String(bytes) } });
          return cloudPlan(of, await catalog(), quietLog());
        };
        expect(await plan(3e9)).to.match(/scan {5}at most 6\.00 GB of staging\.ratings for that/);
        // The cap is 10 GiB.
        expect(await plan(8e9)).to.match(/at most 10\.74 GB of staging\.ratings/);
        expect(await plan(11e9)).to.match(
          /load {5}all of staging\.ratings, whose months hold 11\.00 GB: more than a query may scan/,
        );
      });
    });
  });
});
