import { mkdir, readFile, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { emptyState, readState, writeState } from "../../jobs/lake/state.ts";
import { nextStep, stepToGoOn } from "../../scripts/lake/going-on.ts";
import { readPublished } from "../../scripts/lake/published.ts";
import { lasting, lineWidth, wrapped } from "../../scripts/lake/text.ts";
import { withSession } from "../support/export.ts";
import { failure } from "../support/errors.ts";
import { withFolder, writeFiles } from "../support/folder.ts";
import { fileOf, leaveClaim, traceOf } from "../support/lake-leftovers.ts";
import { runLocally } from "../support/pipeline.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { tinyFiles, tinySource } from "../support/tiny-source.ts";

const runs = (lake: string, ...words: string[]): Promise<Outcome> =>
  runProgram("scripts/runs.ts", ["--lake", lake, ...words]);

/** A price index that staging.cpi promises not to hold, and a rating that cannot be read. */
const bad = {
  "CUSR0000SS62031.csv": "DATE,CUSR0000SS62031\n2000-01-01,-5\n2001-07-01,110.0\n",
  "ratings.csv": `${tinyFiles["ratings.csv"]!}4,10,many,978307201\n`,
};

/** A lake with a run that succeeded and one that failed its checks. */
async function failedLake(folder: string): Promise<{ lake: string; good: string; failed: string }> {
  const lake = path.join(folder, "lake");
  const { id } = await runLocally({ sources: [await tinySource(path.join(folder, "good"))], lake });
  const source = await tinySource(path.join(folder, "bad"), bad);
  await failure(runLocally({ sources: [source], lake }), "check");
  const failed = (await readState(path.join(lake, "work", "lake.json")))!.prepared!.runId;
  return { lake, good: id, failed };
}

function expectNarrow(text: string): void {
  for (const line of text.split("\n")) expect(line.length, line).to.be.at.most(lineWidth);
}

describe("the runs of a lake", () => {
  it("are told newest first, with the way on for one that failed its checks", async () => {
    await withFolder(async (folder) => {
      const { lake, good, failed } = await failedLake(folder);
      const before = await traceOf(lake);
      const { code, stdout, stderr } = await runs(lake);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      expect(stdout).to.match(/^run +started \(UTC\) +status +took +read +kept +quarantined\n/);
      expect(stdout).to.match(new RegExp(`\\n${failed} .* failed +[\\d.]+ s +14 +13 +1\\n`));
      expect(stdout).to.match(new RegExp(`\\n${good} .* succeeded +[\\d.]+ s +13 +13 +0\\n`));
      expect(stdout.indexOf(failed)).to.be.below(stdout.indexOf(good));
      expect(stdout.replace(/\s+/g, " ")).to.include("price_index_is_positive is broken by 1 rows");
      expect(stdout).to.include(`Go on: npm run pipeline -- --from check --lake ${lake}\n`);
      const source = path.join(folder, "bad");
      expect(stdout).to.include(`Anew:  npm run pipeline -- --source ${source} --lake ${lake}\n`);
      expect((await runs(lake, "--last", "1")).stdout).not.to.include(`${good} `);
      expect(await traceOf(lake)).to.deep.equal(before);
    });
  });

  it("are told whole, by the beginning of their id or as the last", async () => {
    await withFolder(async (folder) => {
      const { lake, good, failed } = await failedLake(folder);
      const before = await traceOf(lake);
      const { code, stdout } = await runs(lake, "last");
      expect(code).to.equal(0);
      expect(stdout).to.match(new RegExp(`^Run ${failed} failed, took [\\d.]+ s\\n`));
      expect(stdout).to.match(/\nprepare +\d+ +\d+ kB +[\d.]+/);
      expect(stdout).to.match(/\n {2}staging\.ratings +4 +1 kB +[\d.]+/);
      expect(stdout).to.include("\ncheck (not done)\n");
      expect(stdout).to.match(/\nratings +1 +1 kB +5 +4 +0 +1\n/);
      expect(stdout).to.match(/\nChecks: \d+ held, \d+ broken\.\n/);
      expect(stdout).to.match(/\nerror +staging\.cpi +price_index_is_positive +1\n/);
      expect(stdout).to.match(/\nratings +not_a_number +rating "many" is .* +1\n/);
      expect(stdout).to.include("Go on: npm run pipeline -- --from check");
      expectNarrow(stdout.replaceAll(folder, ""));

      expect((await runs(lake, failed)).stdout).to.equal(stdout);
      expect((await runs(lake, failed.slice(0, -1))).stdout).to.equal(stdout);
      expect((await runs(lake, good)).stdout)
        .to.match(/Run .* succeeded/)
        .and.match(/\npublish /);
      const many = await runs(lake, "2");
      expect(many.code).to.equal(2);
      expect(many.stderr).to.match(/2 runs begin with 2, such as .*\. Give more of the id\n$/);
      const none = await runs(lake, "x");
      expect(none.code).to.equal(2);
      expect(none.stderr).to.match(/knows no run x\. npm run runs -- --lake .* shows/);
      expect(await traceOf(lake)).to.deep.equal(before);
    });
  });

  it("show a peak memory where ops know of one, and none where they do not", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [await tinySource(path.join(folder, "in"))], lake });
      const file = await fileOf(lake, "ops", "steps");
      const old = `${file}.old`;
      await rename(file, old);
      const rewritten = async (columns: string): Promise<string> => {
        await withSession((session) =>
          session.run(
            `copy (select ${columns} from read_parquet('${old}')) to '${file}' (format parquet)`,
          ),
        );
        return (await runs(lake, "last")).stdout;
      };
      const others = "columns(name -> name <> 'peak_memory_bytes')";
      expect(await rewritten(others)).to.match(/\nstep, table +rows +size +seconds\n/);
      const told = await rewritten(`${others}, 123456789::bigint as peak_memory_bytes`);
      expect(told).to.match(/\nstep, table +rows +size +seconds +peak memory\n/);
      expect(told).to.match(/\ncheck +[\d.]+ +123\.5 MB\n/);
      expectNarrow(told.replaceAll(folder, ""));
    });
  });

  it("tell of one that goes on, and offer no way on meanwhile", async () => {
    await withFolder(async (folder) => {
      const { lake } = await failedLake(folder);
      const startedAt = new Date().toISOString();
      const live = { runId: "99990101T000000Z-beef", startedAt, processId: process.pid };
      await leaveClaim(lake, live);
      const before = await traceOf(lake);
      const { code, stdout } = await runs(lake);
      expect(code).to.equal(0);
      expect(stdout).to.match(/\n99990101T000000Z-beef .* running *\n {4}kaggle\n/);
      expect(stdout).to.include(`running since ${startedAt}, for `);
      expect(stdout).to.include("Go on: when run 99990101T000000Z-beef, which holds the lake");
      expect(stdout).not.to.include("--from");
      expect((await runs(lake, "last")).stdout).to.match(/^Run 99990101T000000Z-beef running\n/);
      expect(await traceOf(lake)).to.deep.equal(before);
    });
  });

  it("tell of one that was killed before anything was published", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      await mkdir(path.join(lake, "versions"), { recursive: true });
      const { runId } = await leaveClaim(lake, { sources: ["my films", "fred"] });
      const { code, stdout } = await runs(lake);
      expect(code).to.equal(0);
      expect(stdout).to.match(new RegExp(`\\n${runId} .* killed\\n {4}my films, fred\\n`));
      expect(stdout).to.include("its process ended without a word");
      expect(stdout).to.include(
        `Anew:  npm run pipeline -- --source 'my films' --source fred --lake ${lake}\n`,
      );
      const command = `npm run pipeline -- --source news --merge --lake ${lake}`;
      await leaveClaim(lake, { sources: ["news"], command });
      expect((await runs(lake)).stdout).to.include(`Anew:  ${command}\n`);
      await writeFile(path.join(lake, "lock.json"), "{");
      await mkdir(path.join(lake, "work"));
      await writeState(path.join(lake, "work", "lake.json"), emptyState);
      const cutOff = await runs(lake);
      expect(cutOff.stdout).to.include("A run was killed in the middle of claiming the lake");
    });
  });

  it("tell once of one that was killed behind its last word, and go on with a killed one's work", async () => {
    await withFolder(async (folder) => {
      const { lake, failed } = await failedLake(folder);
      await leaveClaim(lake, { runId: failed });
      const told = (await runs(lake)).stdout;
      expect(told.split(failed)).to.have.length(2);
      expect(told).to.include(" failed ").and.not.to.include(" killed");

      const { runId } = await leaveClaim(lake);
      const state = path.join(lake, "work", "lake.json");
      const { prepared, format } = (await readState(state))!;
      await writeState(state, { format, prepared: { ...prepared!, runId } });
      const { stdout } = await runs(lake, runId);
      expect(stdout).to.match(/Run 20000101T000000Z-dead killed/);
      expect(stdout).to.include("Go on: npm run pipeline -- --from transform");
    });
  });

  it("offer no work of another run, and none that has been made good since", async () => {
    await withFolder(async (folder) => {
      const { lake, failed } = await failedLake(folder);
      const source = path.join(folder, "bad");
      await failure(runLocally({ sources: [source], lake }), "check");
      const second = (await runs(lake)).stdout;
      expect(second.match(/Go on: /g)).to.have.length(1);
      expect(second.indexOf("Go on: ")).to.be.below(second.indexOf(failed));
      await tinySource(source);
      const { id } = await runLocally({ sources: [source], lake });
      const third = (await runs(lake)).stdout;
      expect(third).not.to.include("Go on: ").and.not.to.include("Anew: ");
      expect(third.split(`Run ${id} has succeeded since\n`)).to.have.length(3);
    });
  });

  it("are read again where a run publishes meanwhile", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      const source = await tinySource(path.join(folder, "in"));
      const first = await runLocally({ sources: [source], lake });
      const seen: string[] = [];
      const last = await readPublished(lake, async (published) => {
        seen.push(path.basename(published!.folder));
        if (seen.length === 1) await runLocally({ sources: [source], lake });
        await readFile(await fileOf(published!.folder, "ops", "runs"));
        return published!.folder;
      });
      expect(seen).to.have.length(2);
      expect(seen[0]).to.equal(first.id);
      expect(seen[1]).to.equal(path.basename(last)).and.not.to.equal(first.id);
    });
  });

  it("are asked of a lake: no other folder will do, nor a broken one", async () => {
    await withFolder(async (folder) => {
      await writeFiles(path.join(folder, "foreign"), { "raw/a": "", "work/lake.json": "{}" });
      await mkdir(path.join(folder, "empty"));
      const cases: [string[], number, RegExp][] = [
        [["--lake", path.join(folder, "nowhere")], 2, /there is no lake .*npm run pipeline/],
        [["--lake", path.join(folder, "empty")], 2, /is empty: no run .*npm run pipeline/],
        [["--lake", path.join(folder, "foreign")], 2, /is no lake: .*--lake/],
        [["--lake", path.join(folder, "foreign", "raw", "a")], 2, /is a file, not a lake/],
        [["--lake", " "], 2, /--lake needs the name of a folder/],
        [["--last", "0"], 2, /'0' is invalid/],
        [["a", "b"], 2, /too many arguments/],
      ];
      for (const [words, code, line] of cases) {
        const outcome = await runProgram("scripts/runs.ts", words);
        expect(outcome.stderr)
          .to.match(line)
          .and.match(/^error: [^\n]+\n$/);
        expect(outcome).to.deep.include({ code, stdout: "" });
      }

      const lake = path.join(folder, "lake");
      await runLocally({ sources: [await tinySource(path.join(folder, "in"))], lake });
      await rm(await fileOf(lake, "ops", "runs"));
      const damaged = await runs(lake);
      expect(damaged.stderr).to.match(/^error: the ops tables of .* cannot be read: [^\n]+\n$/);
      expect(damaged.code).to.equal(6);
      await unlink(path.join(lake, "current"));
      await symlink("versions/20000101T000000Z-dead", path.join(lake, "current"));
      expect((await runs(lake)).stderr).to.match(/current points to .*, which is not there/);
    });
  });

  it("go on with the first step that is not done, if the work is their own", () => {
    const prepared = { runId: "2", sources: [], synthetic: false, accounts: [] };
    const transformed = { ...emptyState, prepared, transformedBy: "4" };
    expect(nextStep(undefined)).to.equal(undefined);
    expect(nextStep(emptyState)).to.equal(undefined);
    expect(nextStep({ ...transformed, checkedBy: "5" })).to.equal("publish");
    const step = (id: string, ...reached: string[]): string | undefined =>
      stepToGoOn({ id, reached }, transformed);
    expect([step("2", "prepare"), step("4"), step("3", "transform")]).to.deep.equal(
      Array(3).fill("check"),
    );
    // Of an earlier run, of one that failed before it had read anything, and of one that read anew.
    const others = [step("1", "transform"), step("3"), step("3", "fetch", "transform")];
    expect(others).to.deep.equal([undefined, undefined, undefined]);
  });

  it("word times as people do, and break lines between words", () => {
    expect([0, 59.94, 59.96, 61, 3599.6, 7384].map(lasting)).to.deep.equal([
      ...["0.0 s", "59.9 s", "1 m 00 s", "1 m 01 s", "1 h 00 m", "2 h 03 m"],
    ]);
    expect(wrapped(`a\u001b[31m ${"b".repeat(98)} c`, "  ")).to.deep.equal([
      ...["  a [31m", `  ${"b".repeat(98)}`, "  c"],
    ]);
  });
});
