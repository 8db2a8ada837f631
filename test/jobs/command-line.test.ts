import { type ExecFileOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { exitCodes } from "../../errors.ts";
import { answers } from "../support/answers.ts";
import { withFolder } from "../support/folder.ts";
import { type Outcome, root, runProgram } from "../support/program.ts";
import { askWarehouse } from "../support/warehouse.ts";
import { tinyFiles, tinySource } from "../support/tiny-source.ts";

/** Runs the program as a person would. */
async function pipeline(...args: string[]): Promise<Outcome> {
  return pipelineAs({}, ...args);
}

async function pipelineAs(options: ExecFileOptions, ...args: string[]): Promise<Outcome> {
  return runProgram("jobs/pipeline.ts", args, options);
}

/**
 * Runs the program and has it killed as it says something. It kills itself: a signal from here may
 * come late, and meet a run that has ended.
 */
async function killedAt(moment: string, ...args: string[]): Promise<void> {
  const preload = ["--import", "tsx", "--import", "./test/support/killed-at.ts"];
  const command = [...preload, path.join(root, "jobs", "pipeline.ts"), "--log", "json"];
  const env = { ...process.env, MARQUEE_KILLED_AT: moment };
  const child = spawn(process.execPath, [...command, ...args], { cwd: root, env });
  let said = "";
  child.stdout.on("data", (text: Buffer) => (said += text.toString()));
  const [, signal] = (await once(child, "close")) as [unknown, string | null];
  expect(signal, `it went on past ${moment}:\n${said}`).to.equal("SIGKILL");
}

/** Root may read and write everything; such a test runs as nobody then. */
function withoutPrivileges(home: string): ExecFileOptions {
  const env = { ...process.env, HOME: home, TMPDIR: home };
  return process.getuid?.() === 0 ? { env, uid: 65534, gid: 65534 } : { env };
}

describe("the command line", function () {
  this.timeout(300_000);

  it("ends bad input with one clear line, its exit code and nothing published", async () => {
    await withFolder(async (folder) => {
      const place = (name: string): string => path.join(folder, name);
      const source = (name: string, changes: Record<string, string | Buffer>): Promise<string> =>
        tinySource(place(name), changes);
      const good = await source("good", {});
      const other = await source("other", {});
      const header = await source("header", { "links.csv": "movieId,imdbId\n1,1\n" });
      const empty = await source("empty", { "links.csv": "" });
      const faults = await source("faults", { "links.csv": "movieId,imdbId,tmdbId\na,b,c\n" });
      const latin = await source("latin", {
        "movies.csv": Buffer.from("movieId,title,genres\n1,Am\xe9lie,Drama\n", "latin1"),
      });
      await mkdir(place("nothing"));
      const directory = await source("directory", {});
      await rm(path.join(directory, "links.csv"));
      await mkdir(path.join(directory, "links.csv"));

      const { usage, input } = exitCodes;
      const cases: [string[], number, RegExp][] = [
        [["--sauce", "x"], usage, /unknown option '--sauce'.* --help/],
        [["--source", "kagle"], usage, /--source kagle: there is no such source, folder or zip/],
        [["--source", path.join(good, "links.csv")], usage, /it is a file, not a folder/],
        [["--only", "prepair"], usage, /no step "prepair"; the steps are fetch, prepare/],
        [["--lake", ""], usage, /--lake needs the name of a folder/],
        [["--source", good, "--only", "transform"], usage, /--source is read by the steps fetch/],
        [["--log", "xml"], usage, /Allowed choices are text, json/],
        [["surplus"], usage, /too many arguments/],
        [["--source", place("nothing")], input, /holds no file that Marquee knows.*ratings\.csv/],
        [["--source", header], input, /links\.csv: its header lacks the column tmdbId/],
        [["--source", empty], input, /links\.csv is empty/],
        [["--source", directory], input, /links\.csv is a folder where a file should be/],
        [["--source", faults], input, /1 of 1 records cannot be read/],
        [["--source", latin], input, /record 1 holds bytes that are not UTF-8.*iconv/],
        [["--source", good, "--source", other], input, /two folders hold ratings/],
      ];
      const expectCase = async ([args, code, message]: (typeof cases)[number]): Promise<void> => {
        const what = args.join(" ");
        const lake = place(what.replaceAll(/\W/g, "_"));
        const into = args.includes("--lake") ? [] : ["--lake", lake];
        const outcome = await pipeline(...args, ...into);
        const lines = outcome.stderr.split("\n").filter((line) => line.startsWith("error: "));
        expect(lines, what).to.have.length(1);
        expect(lines[0]).to.match(message);
        expect(outcome.stderr, what).not.to.match(/^\s+at /m);
        expect(outcome.code, what).to.equal(code);
        expect(await readdir(lake).catch(() => []), what).not.to.include("marts");
      };
      // Two at a time: each is a process of its own.
      for (let first = 0; first < cases.length; first += 2) {
        await Promise.all(cases.slice(first, first + 2).map(expectCase));
      }
    });
  });

  it("says what is in the way of the lake", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const file = path.join(source, "links.csv");
      const inFile = await pipeline("--source", source, "--lake", path.join(file, "lake"));
      expect(inFile.code).to.equal(exitCodes.lake);
      expect(inFile.stderr).to.match(
        /^error: the lake .* cannot be used: a part of the path is a file/m,
      );
    });
  });

  it("says that a file may not be read, or a lake not be written", async () => {
    await withFolder(async (folder) => {
      await chmod(folder, 0o777);
      const home = path.join(folder, "home");
      await mkdir(home);
      await chmod(home, 0o777);
      const source = await tinySource(path.join(folder, "in"));
      const nobody = withoutPrivileges(home);

      const closed = path.join(folder, "closed");
      await mkdir(closed, { mode: 0o555 });
      const unwritable = await pipelineAs(nobody, "--source", source, "--lake", closed);
      expect(unwritable.stderr).to.match(/^error: the lake .* this user may not write there/m);
      expect(unwritable.code).to.equal(exitCodes.lake);

      await chmod(path.join(source, "links.csv"), 0);
      const lake = path.join(folder, "lake");
      const unreadable = await pipelineAs(nobody, "--source", source, "--lake", lake);
      expect(unreadable.stderr).to.match(/^error: .*links\.csv cannot be read \(EACCES\)/m);
      expect(unreadable.code).to.equal(exitCodes.input);
    });
  });

  it("leaves the old answers when it is killed, and gives the same ones when run again", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      const args = ["--source", source, "--lake", lake];
      await pipeline(...args);
      const before = await answers(lake);
      for (const moment of [
        "links: 2 records",
        "core.movies: 2 rows",
        "check: ",
        "publish: tables are loaded",
        "publish: all is written",
      ]) {
        await killedAt(moment, ...args);
        expect(await answers(lake), `killed at ${moment}`).to.deep.equal(before);
      }
      await killedAt("core.movies: 2 rows", "--lake", lake, "--only", "transform");
      const halfMade = await pipeline("--lake", lake, "--only", "publish");
      expect(halfMade.stderr).to.match(/^error: .* have not passed their checks/m);
      expect(await answers(lake)).to.deep.equal(before);
      await pipeline(...args);
      expect(await answers(lake)).to.deep.equal(before);
      expect(await readdir(path.join(lake, "versions"))).to.have.length(1);
      const runs = "select count(*) - count(distinct run_id) from ops.runs";
      expect(await askWarehouse(path.join(lake, "warehouse.duckdb"), runs)).to.deep.equal([["0"]]);
    });
  });

  it("gives the same tables in another time zone and locale", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const places = {
        here: {},
        there: { TZ: "Pacific/Chatham", LC_ALL: "de_DE.UTF-8", LANG: "de_DE.UTF-8" },
      };
      for (const [name, variables] of Object.entries(places)) {
        const env = { ...process.env, ...variables };
        await pipelineAs({ env }, "--source", source, "--lake", path.join(folder, name));
      }
      const [here, there] = [path.join(folder, "here"), path.join(folder, "there")];
      expect(await answers(there)).to.deep.equal(await answers(here));
    });
  });

  it("ends with a summary for people, and says nothing else on stdout", async () => {
    await withFolder(async (folder) => {
      const ratings = `${tinyFiles["ratings.csv"]!}x,10,4.0,946684800\n`;
      const source = await tinySource(path.join(folder, "in"), { "ratings.csv": ratings });
      const lake = path.join(folder, "lake");
      const { code, stdout } = await pipeline("--source", source, "--lake", lake);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^ratings +1 +5 +4 +0 +1$/m);
      expect(stdout).to.include(
        'ratings: 1 x not_a_whole_number, such as userId "x" is not a whole',
      );
      expect(stdout).to.match(/^marts\.genre_popularity +1 +\d+\.\d\d$/m);
      expect(stdout).to.match(/^Checks: \d+ passed, 0 failed, \d+ warned\.$/m);
      expect(stdout).to.include(path.join(lake, "warehouse.duckdb"));
      expect(stdout).not.to.include("SYNTHETIC");
    });
  });

  it("writes JSON lines alone with --log json", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const args = ["--source", source, "--lake", path.join(folder, "lake"), "--log", "json"];
      const { stdout, stderr } = await pipeline(...args);
      const ended = Date.now();
      const lines = stdout
        .trim()
        .split("\n")
        .map(
          (line) =>
            JSON.parse(line) as {
              message: string;
              time: string;
              severity: string;
              run_id?: string;
            },
        );
      const last = lines.at(-1)!;
      expect(last.message).to.equal("finished");
      expect(new Set(lines.map(({ severity }) => severity))).to.deep.equal(new Set(["INFO"]));
      const ids = new Set(lines.map(({ run_id: id }) => id));
      expect(ids, "the run that each line is of").to.have.length(1);
      expect([...ids][0]).to.match(/^\d{8}T\d{6}Z-[0-9a-f]{4}$/);
      const lingered = ended - Date.parse(last.time);
      expect(lingered, "ms from the last word to the end").to.be.lessThan(5000);
      expect(stderr).to.equal("");
      const failed = await pipeline(...args, "--source", path.join(folder, "none"));
      expect(failed.code).to.equal(exitCodes.usage);
      expect(JSON.parse(failed.stdout.trim())).to.include({
        severity: "ERROR",
        exit_code: exitCodes.usage,
      });
    });
  });

  it("shows its help", async () => {
    const { code, stdout } = await pipeline("--help");
    expect(code).to.equal(0);
    for (const option of ["--source", "--small", "--lake", "--only", "--log"]) {
      expect(stdout).to.include(option);
    }
  });
});
