import type { ExecFileOptions } from "node:child_process";
import { existsSync } from "node:fs";
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { exitCodes } from "../../errors.ts";
import { readOptions } from "../../scripts/export/options.ts";
import { chosenTables } from "../../scripts/export/patterns.ts";
import { Target } from "../../scripts/export/target.ts";
import { catalog } from "../support/catalog.ts";
import { failure } from "../support/errors.ts";
import { exported, filesBelow, withSession } from "../support/export.ts";
import { writeFiles } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { tinySource } from "../support/tiny-source.ts";

/** Runs the program as a person would. */
async function program(args: string[], options: ExecFileOptions = {}): Promise<Outcome> {
  return runProgram("scripts/export.ts", args, options);
}

describe("the export", () => {
  let folder: string;
  let lake: string;
  const place = (name: string): string => path.join(folder, name);

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "marquee-test-"));
    await chmod(folder, 0o777);
    lake = place("lake");
    await runLocally({ sources: [await tinySource(place("in"))], lake });
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("reads its command line", async () => {
    expect(readOptions(["--to", "x"])).to.deep.equal({
      lake: "data",
      format: "parquet",
      tables: ["marts.*"],
      to: "x",
    });
    const several = readOptions(["--to", "x", "--tables", "core.*, ops.runs"]);
    expect(several?.tables).to.deep.equal(["core.*", "ops.runs"]);
    const cases: [string[], RegExp][] = [
      [[], /required option '--to <folder>' not specified/],
      [["--to", "x", "--sauce"], /unknown option '--sauce'.* --help/],
      [["--to", "x", "--format", "xml"], /Allowed choices are csv, json, parquet/],
      [["--to", "x", "y"], /too many arguments/],
      [["--to", " "], /--to needs the name of a folder/],
      [["--to", "x", "--lake", ""], /--lake needs the name of a folder/],
    ];
    for (const [words, line] of cases) {
      const error = await failure(Promise.resolve(words).then(readOptions), "usage");
      expect(error.line).to.match(line);
    }
  });

  it("takes the tables that a pattern matches, and names those that there are", async () => {
    const { tables } = await catalog();
    const chosen = (...patterns: string[]): string[] =>
      chosenTables(tables, patterns).map(({ id }) => id);
    expect(chosen("core.movies")).to.deep.equal(["core.movies"]);
    expect(chosen("*.movies")).to.have.members(["core.movies", "staging.movies"]);
    expect(chosen("*")).to.deep.equal(tables.map(({ id }) => id));
    expect(chosen("ops.run*", "core.movies", "co*.movies", "*.runs")).to.have.members([
      "core.movies",
      "ops.runs",
    ]);
    const cases: [string, RegExp][] = [
      [
        "marts.films",
        /no table is called "marts\.films"\. The tables of marts are .*, marts\.genre_by_year, /,
      ],
      ["movies", /: staging\.\*, core\.\*, marts\.\*, ops\.\*$/],
      ["core_movies", /no table/],
      ["core.m.*", /no table/],
      ["coreXmovies", /no table/],
      ["ore.movies", /no table/],
      ["", /no table/],
    ];
    for (const [pattern, line] of cases) {
      const asked = exported({ lake, tables: ["core.movies", pattern], to: place("none") });
      expect((await failure(asked, "usage")).line).to.match(line);
    }
    expect(existsSync(place("none"))).to.be.false;
  });

  it("says that nothing is published", async () => {
    await mkdir(place("empty"));
    for (const name of ["nowhere", "empty", "in/links.csv"]) {
      const error = await failure(exported({ lake: place(name), to: place("none") }), "usage");
      expect(error.line).to.match(/nothing is published in the lake .*npm run pipeline/);
    }
    expect(existsSync(place("none"))).to.be.false;
  });

  it("writes into no lake, by whatever way", async () => {
    const other = place("other-lake");
    await cp(lake, other, { recursive: true, verbatimSymlinks: true });
    await symlink(path.join(lake, "raw"), place("link"));
    await mkdir(place("crooked"));
    await symlink(path.join(lake, "marts"), place("crooked/marts"));
    const before = await filesBelow(lake);
    const inside = [lake, `${lake}/new/one`, `${lake}/current`, other, place("crooked")];
    for (const to of [...inside, `${place("nothing")}/../lake`]) {
      const error = await failure(exported({ lake, to }), "usage");
      expect(error.line).to.match(/leads into the lake .*Name a folder outside/);
    }
    expect((await failure(exported({ lake, to: "gs://b/x" }), "usage")).line).to.match(/address/);
    expect(await filesBelow(lake)).to.deep.equal(before);
    expect(await exported({ lake, to: place("lake-files") })).to.have.property("format", "csv");
  });

  it("replaces an earlier export, leaves other files, and marks only a whole one", async () => {
    const to = place("twice");
    const tables = ["ops.runs", "core.movies"];
    await exported({ lake, tables, to });
    const whole = ["core/movies.csv", "ops/runs.csv", "tables.json"];
    expect(await filesBelow(to)).to.deep.equal(whole);

    await writeFiles(to, {
      "ops/runs.csv": "old",
      "mine.txt": "mine",
      "core/mine.csv": "mine",
      ".marquee-export/half.json": "of a killed export",
    });
    const seen: string[] = [];
    const misleading = ["tables.json", ".marquee-export/half.json"];
    const wrote = ({ file }: { file: string }): void => {
      seen.push(file, ...misleading.filter((name) => existsSync(path.join(to, name))));
    };
    await exported({ lake, tables, to }, { wrote });
    expect(seen).to.deep.equal(["core/movies.csv", "ops/runs.csv"]);
    expect(await filesBelow(to)).to.deep.equal([...whole, "core/mine.csv", "mine.txt"].sort());
    expect(await readFile(path.join(to, "ops/runs.csv"), "utf8")).to.match(/^run_id,/);
    expect(await readdir(to)).not.to.include(".marquee-export");
    expect(await readFile(path.join(to, "mine.txt"), "utf8")).to.equal("mine");

    await rm(path.join(to, "ops/runs.csv"));
    await writeFiles(to, { "ops/runs.csv/in-the-way": "" });
    const error = await failure(exported({ lake, tables, to }), "lake");
    expect(error.line).to.match(/a folder is where a file should be.*--to/);
    expect(await readdir(to)).to.have.members(["core", "ops", "mine.txt"]);
  });

  it("leaves an earlier export whole where it cannot begin", async () => {
    const to = place("kept");
    await exported({ lake, tables: ["core.movies"], to });
    const before = await readFile(path.join(to, "tables.json"), "utf8");
    await failure(exported({ lake, tables: ["core.films"], to }), "usage");
    await failure(exported({ lake: place("nowhere"), to }), "usage");
    expect(await readFile(path.join(to, "tables.json"), "utf8")).to.equal(before);
  });

  it("says what keeps it from writing", async () => {
    await writeFiles(place("blocked"), { core: "a file", "x.txt": "" });
    const cases: [string, RegExp][] = [
      [place("blocked/x.txt"), /it is a file, or lies below one/],
      [place("blocked/x.txt/y"), /it is a file, or lies below one/],
      [place("blocked"), /a file is where a folder should be/],
    ];
    for (const [to, line] of cases) {
      const error = await failure(exported({ lake, tables: ["core.movies"], to }), "lake");
      expect(error.line)
        .to.match(line)
        .and.to.match(/Name another folder with --to$/);
    }
    expect(await filesBelow(place("blocked"))).to.deep.equal(["core", "x.txt"]);
  });

  it("says that the disk is full", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const to = place("full");
    const target = await Target.at(to);
    const copy = "copy (from range(9)) to '/dev/full' (format csv, use_tmp_file false)";
    const writing = target.during(() => withSession((session) => session.run(copy)));
    const error = await failure(writing, "lake");
    expect(error.line).to.match(/the folder .*: the disk is full\. Make room, or name another/);
    expect(await readdir(to)).to.deep.equal([]);
  });

  it("prints a line a table, says SYNTHETIC, and ends with its exit code", async () => {
    const synthetic = place("synthetic");
    await cp(lake, synthetic, { recursive: true, verbatimSymlinks: true });
    const stateFile = path.join(synthetic, "current/lake.json");
    const state = await readFile(stateFile, "utf8");
    await writeFile(stateFile, state.replace('"synthetic": false', '"synthetic": true'));
    const closed = place("closed");
    await mkdir(closed, { mode: 0o555 });
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const tables = ["--tables", "core.movies,ops.runs"];

    const [good, unwritable] = await Promise.all([
      program(["--lake", synthetic, "--to", place("printed"), "--format", "csv", ...tables]),
      program(["--lake", lake, "--to", closed, ...tables], nobody),
    ]);
    const { size } = await stat(place("printed/core/movies.csv"));
    expect(good.code).to.equal(exitCodes.success);
    expect(good.stdout.split("\n")).to.include.members([
      `core.movies: 2 rows, ${size} bytes, ${place("printed/core/movies.csv")}`,
      "SYNTHETIC DATA: these films, users and figures are made up.",
      `2 tables are in ${place("printed")}; ${place("printed/tables.json")} says what they are`,
    ]);
    expect(unwritable.stderr).to.match(
      /^error: the folder .* this user may not write there\. .*\n$/,
    );
    expect(unwritable.code).to.equal(exitCodes.lake);

    const [unknown, plain] = await Promise.all([
      program(["--to", place("none"), "--sauce"]),
      program(["--lake", lake, "--to", place("plain"), "--tables", "core.movies"]),
    ]);
    expect(unknown).to.include({ code: exitCodes.usage, stdout: "" });
    expect(unknown.stderr).to.match(/^error: unknown option .*\n$/);
    expect(plain.stdout)
      .to.match(/core\/movies\.parquet\n/)
      .and.not.to.include("SYNTHETIC");
  });
});
