import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { exitCodes } from "../../errors.ts";
import { benchGrowth } from "../../scripts/bench/benches.ts";
import { runChild } from "../../scripts/bench/child.ts";
import { expectRoom, makeData } from "../../scripts/bench/data.ts";
import { floorMarts } from "../../scripts/bench/floor-marts.ts";
import type { Bench } from "../../scripts/bench/result.ts";
import type { Spread } from "../../scripts/bench/statistics.ts";
import { faultlessSample } from "../support/bench.ts";
import { failure } from "../support/errors.ts";
import { withFolder } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";
import { type Outcome, root, runProgram } from "../support/program.ts";
import { expectSameRows } from "../support/rows.ts";
import { askAll } from "../support/warehouse.ts";

const never = new AbortController().signal;

/** Runs the program as a person would, with temporary folders where the test can see them. */
async function bench(temporary: string, ...args: string[]): Promise<Outcome> {
  await mkdir(temporary, { recursive: true });
  return runProgram("scripts/bench.ts", args, { env: { ...process.env, TMPDIR: temporary } });
}

/** What lies in the temporary folder; tsx keeps its own things there. */
async function leftIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith("tsx-"));
}

function expectOrdered({ min, median, max }: Spread, least: number, most: number): void {
  expect([least, min, median, max, most]).to.deep.equal(
    [least, min, median, max, most].sort((one, other) => one - other),
  );
}

describe("the bench", () => {
  it("measures the pipeline and DuckDB alone, and leaves nothing but the figures", async () => {
    await withFolder(async (folder) => {
      const [temporary, keep] = [path.join(folder, "tmp"), path.join(folder, "kept")];
      const json = path.join(folder, "out", "bench.json");
      const args = ["--ratings", "1e3", "--times", "1", "--keep", keep, "--json", json];
      const { code, stdout, stderr } = await bench(temporary, ...args);
      expect(code, stderr).to.equal(exitCodes.success);
      expect(await leftIn(temporary)).to.deep.equal([]);
      expect(await readdir(keep)).to.include.members(["ratings.csv", "movies.csv", "links.csv"]);

      const result = JSON.parse(await readFile(json, "utf8")) as Bench;
      expect(result).to.include({ ratings: 1000, times: 1 });
      expect(result.command).to.equal(`npm run bench -- ${args.join(" ")}`);
      expect(Date.parse(result.date)).to.be.closeTo(Date.now(), 60_000);
      const { cores, cpu, memory_bytes, node, duckdb } = result.machine;
      expect(cores).to.be.at.least(1);
      expect(memory_bytes).to.be.greaterThan(1e8);
      expect([cpu, node, duckdb].join()).to.match(/.,v20.+,v1\./);

      const { pipeline, floor, ratio } = result;
      const names = pipeline.steps.map(({ step }) => step);
      expect(names).to.deep.equal(["fetch", "prepare", "transform", "check", "publish"]);
      for (const { seconds } of pipeline.steps) expectOrdered(seconds, 0, 30);
      const inSteps = pipeline.steps.reduce((sum, { seconds }) => sum + seconds.median, 0);
      expectOrdered(pipeline.seconds, inSteps, 60);
      const { read, load, answer, seconds } = floor!;
      const parts = read.median + load.median + answer.median;
      expect(seconds.median).to.be.closeTo(parts, 0.01).and.to.be.greaterThan(0);
      expect(ratio).to.be.closeTo(pipeline.seconds.median / seconds.median, 1);
      if (process.platform === "linux") {
        expectOrdered(pipeline.peak_memory_bytes!, 5e7, 2e9);
        expectOrdered(floor!.peak_memory_bytes!, 5e7, 2e9);
      }
      for (const name of [...names, "everything", "CSV to Parquet", "1,000 ratings"])
        expect(stdout).to.include(name);
    });
  });

  it("gives DuckDB alone the same questions as the pipeline", async () => {
    await withFolder(async (folder) => {
      const source = await faultlessSample(path.join(folder, "in"), 3000);
      const [lake, floor] = [path.join(folder, "lake"), path.join(folder, "floor")];
      await runLocally({ sources: [source], lake });
      await runChild("scripts/bench/floor.ts", [source, floor], never);

      const warehouse = path.join(lake, "warehouse.duckdb");
      for (const [name, table] of [
        ["ratings", "staging.ratings"],
        ...Object.keys(floorMarts).map((mart) => [mart, `marts.${mart}`]),
      ]) {
        const file = `'${path.join(floor, `${name}.parquet`)}'`;
        const [described] = await askAll(warehouse, [`describe from ${file}`]);
        const columns = described!.map(([column]) => column).join(", ");
        const types = described!.map(([, type]) => type!);
        const [alone, ours] = await askAll(warehouse, [
          `select ${columns} from ${file}`,
          `select ${columns} from ${table}`,
        ]);
        expect(ours, name).not.to.have.lengthOf(0);
        expectSameRows(alone!, ours!, types);
      }
    });
  });

  it("uses ratings again that it finds, and no others", async () => {
    await withFolder(async (folder) => {
      const keep = path.join(folder, "kept");
      const said: string[] = [];
      for (const ratings of [600, 600, 700])
        said.push(String(await makeData(keep, ratings, never)));
      expect(said).to.deep.equal(["true", "false", "true"]);
      const lines = (await readFile(path.join(keep, "ratings.csv"), "utf8")).split("\n");
      expect(lines.length).to.be.greaterThan(700);
    });
  });

  it("measures size after size, keeps the figures and draws them", async () => {
    await withFolder(async (folder) => {
      const work = path.join(folder, "work");
      const docs = path.join(folder, "docs");
      await mkdir(work);
      const sizes = [1000];
      const options = { kind: "growth" as const, sizes, times: 1, json: undefined };
      const surroundings = { work, signal: never, tell: () => undefined };
      const text = await benchGrowth(options, [], surroundings, docs);
      expect(await readdir(work)).to.have.lengthOf(0);
      const names = ["growth-dark.svg", "growth.json", "growth.svg"];
      expect(await readdir(docs)).to.have.members(names);
      const { points } = JSON.parse(await readFile(path.join(docs, "growth.json"), "utf8")) as {
        points: { ratings: number; seconds_per_million: number }[];
      };
      expect(points.map(({ ratings }) => ratings)).to.deep.equal(sizes);
      for (const { seconds_per_million } of points)
        expect(seconds_per_million).to.be.greaterThan(100);
      expect(text).to.include("per million");
    });
  });

  it("ends as its child ended, with the child's own last line", async () => {
    await withFolder(async (folder) => {
      const keep = path.join(folder, "kept");
      await mkdir(keep);
      await writeFile(path.join(keep, "ratings.csv"), "not to be overwritten");
      const temporary = path.join(folder, "tmp");
      const { code, stderr } = await bench(temporary, "--ratings", "1e3", "--keep", keep);
      expect(code).to.equal(exitCodes.usage);
      expect(stderr.trim().split("\n").at(-1)).to.match(
        /^error: scripts\/sample\.ts failed \(exit code 2\): .*ratings\.csv/,
      );
      expect(await leftIn(temporary)).to.deep.equal([]);

      const lake = ["--lake", path.join(folder, "lake"), "--log", "json"];
      await mkdir(path.join(folder, "nothing"));
      const source = ["--source", path.join(folder, "nothing")];
      const pipeline = runChild("jobs/pipeline.ts", [...source, ...lake], never);
      const { line } = await failure(pipeline, "input");
      expect(line).to.match(/exit code 3\): .*holds no file that Marquee knows/);
    });
  });

  it("ends its child on Ctrl-C and leaves nothing", async () => {
    await withFolder(async (folder) => {
      const command = ["--import", "tsx", path.join(root, "scripts", "bench.ts")];
      const child = spawn(process.execPath, [...command, "--ratings", "2e7"], {
        cwd: root,
        env: { ...process.env, TMPDIR: folder },
      });
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        // Time enough for the generator to begin its file.
        if (text.includes("20,000,000 ratings")) setTimeout(() => child.kill("SIGINT"), 1000);
      });
      const [code] = (await once(child, "close")) as [number | null];
      expect(code, said).to.equal(exitCodes.interrupted);
      expect(said.trim().split("\n").at(-1)).to.match(/^error: stopped by SIGINT/);
      expect(await leftIn(folder)).to.deep.equal([]);
    });
  });

  it("refuses what the disk has no room for", async () => {
    await withFolder(async (folder) => {
      const needs = (free: number): Promise<void> =>
        expectRoom(path.join(folder, "in"), folder, 1e6, () => Promise.resolve(free));
      await needs(84e6);
      const { line } = await failure(needs(83e6), "lake");
      expect(line).to.match(/^1000000 ratings need some 0\.1 GB below .* free\. Make room/);
    });
  });
});
