import { readFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { readSettings } from "../../settings/read-settings.ts";
import type { Settings } from "../../settings/settings.ts";
import { failure } from "../support/errors.ts";
import { withFolder, writeFiles } from "../support/folder.ts";
import { root, runProgram } from "../support/program.ts";

const shipped = (name: string): Promise<string> =>
  readFile(path.join(root, "settings", name), "utf8");

/** Reads dev.yml with one text in it replaced. */
async function readChanged(from: string | RegExp, to: string): Promise<Settings> {
  const text = await shipped("dev.yml");
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`dev.yml has no ${String(from)}`);
  return withFolder(async (folder) => {
    await writeFiles(folder, { "dev.yml": changed });
    return readSettings("dev", folder);
  });
}

describe("settings", () => {
  it("are complete for each environment that is shipped", async () => {
    const [dev, prod] = [await readSettings("dev"), await readSettings("prod")];
    expect([dev.environment, prod.environment]).to.deep.equal(["dev", "prod"]);
    expect([dev.protectData, prod.protectData]).to.deep.equal([false, true]);
    expect(dev.spark.mode).to.equal("cluster");
    expect(prod.github).to.have.all.keys("ownerId", "repositoryId");
  });

  it("are dev's unless --env or MARQUEE_ENV says otherwise", async () => {
    const before = process.env["MARQUEE_ENV"];
    try {
      delete process.env["MARQUEE_ENV"];
      expect((await readSettings(undefined)).environment).to.equal("dev");
      process.env["MARQUEE_ENV"] = "prod";
      expect((await readSettings(undefined)).environment).to.equal("prod");
      expect((await readSettings("dev")).environment).to.equal("dev");
    } finally {
      if (before === undefined) delete process.env["MARQUEE_ENV"];
      else process.env["MARQUEE_ENV"] = before;
    }
  });

  it("may leave out budget, report and GitHub", async () => {
    const settings = await readChanged(/^(budget|github):.*\n/gm, "");
    expect([settings.budget, settings.github, settings.lookerReport]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });

  const faults: [string, string | RegExp, string, RegExp][] = [
    ["an unknown key", "region:", "regoin:", /settings\/dev\.yml:3: unknown key "regoin"/],
    ["broken YAML", "prefix: marquee", "prefix: [", /settings\/dev\.yml:\d+: not valid YAML/],
    [
      "a project id that is none",
      "id: example-marquee-dev",
      "id: Films",
      /:2: project\.id: a project id has/,
    ],
    ["a region that is none", "us-central1", "us-middle1", /:3: region: is no region/],
    [
      "a prefix that makes a bucket's name too long",
      "prefix: marquee",
      "prefix: the-film-ratings-of-all-the-world-and-more",
      /:5: prefix: a bucket would be called example-marquee-dev-the-film\S+ \S+ is \d+ more than the 63/,
    ],
    [
      "a prefix that makes an account's name too long",
      "prefix: marquee",
      "prefix: all-the-film-ratings",
      /:5: prefix: a service account would be called all-the-film-ratings-dev-scheduler, which is 4 more than the 30/,
    ],
    ["a prefix with capitals", "prefix: marquee", "prefix: Marquee", /:5: prefix: a prefix has/],
    ["too short an idle time", "idle_minutes: 30", "idle_minutes: 9", /no less than 10/],
    ["one worker", "primary_workers: 0", "primary_workers: 1", /or at least 2/],
    ["spot machines alone", "spot_workers: 0", "spot_workers: 2", /spot workers need primary ones/],
    [
      "an image without Spark 3.5",
      "2.3-ml-ubuntu22",
      "2.1-debian11",
      /is no image with Spark 3\.5/,
    ],
    ["an image without numpy", "2.3-ml-ubuntu22", "2.3-debian12", /and numpy/],
    ["a runtime without numpy", 'runtime: "2.2"', 'runtime: "2.3"', /and numpy/],
    [
      "an alias of nothing",
      "region: us-central1",
      "region: *place",
      /dev\.yml:1: not valid YAML: /,
    ],
    ["viewers that are nobody", "group:film-analysts", "film-analysts", /comes first/],
    ["a text for a number", "number: 123456789012", "number: many", /:2: project\.number/],
  ];
  for (const [what, from, to, message] of faults) {
    it(`refuse ${what}, with file and line`, async () => {
      const error = await failure(readChanged(from, to), "deployment");
      expect(error.line).to.match(message);
      expect(error.exitCode).to.equal(1);
    });
  }

  it("refuse an environment that has no file, and a path for a name", async () => {
    for (const name of ["staging", "../settings/dev", "Dev"]) {
      const { line } = await failure(readSettings(name), "deployment");
      expect(line).to.match(/^there is no settings\/.*\.yml\. Environments are dev, prod;/);
    }
  });

  it("ask for a name where --env has none: a shell's variable that nobody has set", async () => {
    for (const name of ["", " "]) {
      const { line } = await failure(readSettings(name), "deployment");
      expect(line).to.equal("--env asks for the name of an environment. There are dev, prod");
    }
  });

  it("end a program in one line when they are wrong", async () => {
    const { code, stderr } = await runProgram("scripts/synth.ts", ["--env", "nowhere"]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^error: there is no settings\/nowhere\.yml\. Environments are .*\n$/);
  });
});
