import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { tableOf } from "../../../support/catalog.ts";
import {
  opened,
  publishAll,
  version,
  withLake,
  withVersion,
} from "../../../support/cloud/bucket-lake.ts";
import { failure } from "../../../support/errors.ts";
import { withFolder, writeFiles } from "../../../support/folder.ts";

const quiet = (): void => undefined;
const files = Object.keys(version);

describe("a file that is sent to a bucket lake", () => {
  it("is sent again where it broke off", () =>
    withLake((stub) =>
      withFolder(async (folder) => {
        const bytes = Buffer.alloc(9_000_000, "0123456789abcdef!");
        await writeFiles(folder, { "staging/ratings/part-00000.parquet": bytes });
        const lake = await opened("run-1", { retries: 3 });
        stub.breaks = 1;
        const name = "versions/run-1/staging/ratings/part-00000.parquet";
        const faults = ["answer lost", 503] as const;
        stub.fault = (asked) =>
          asked.name === name ? faults[stub.asks(`insert ${name}`).length - 1] : undefined;
        await publishAll(lake, folder);
        expect(stub.asks(`insert ${name}`)).to.have.length(3);
        expect(stub.objects.get(name)!.bytes.equals(bytes)).to.equal(true);
        await lake.close();
      }),
    ));

  // What is not answered, and how long each kind of request waits: its own time is far from the others'.
  const file = `versions/run-1/${files[0]!}`;
  const cases: [string, { urgentSeconds: number; answerSeconds: number; sendSeconds: number }][] = [
    ["current.json", { urgentSeconds: 3, answerSeconds: 60, sendSeconds: 60 }],
    ["drivers/x.txt", { urgentSeconds: 1, answerSeconds: 3, sendSeconds: 60 }],
    [file, { urgentSeconds: 1, answerSeconds: 1, sendSeconds: 3 }],
  ];
  for (const [name, seconds] of cases) {
    it(`is sent again where nobody answers, each kind of request at its own time: ${name}`, () =>
      withVersion(async (stub, folder) => {
        const lake = await opened("run-1", seconds);
        const times: number[] = [];
        stub.onRequest = ({ what, name: asked }) => {
          if (what === "insert" && asked === name) times.push(performance.now());
        };
        stub.fault = ({ what, name: asked }) =>
          what === "insert" && asked === name && times.length === 1 ? "silence" : undefined;
        await publishAll(lake, folder);
        await lake.putText("drivers/x.txt", "x");
        expect(times).to.have.length(2);
        expect(stub.names()).to.include(name);
        expect(stub.text("drivers/x.txt")).to.equal("x");
        const [first = 0, second = 0] = times;
        const between = (second - first) / 1000;
        // A try, and the one or two seconds that the client waits before the next. Timers may be a
        // little early; that it is late by more than half a minute no slow machine explains.
        expect(between).to.be.within(3.9, 40);
        await lake.close();
      }));
  }

  it("goes up beside three others, parts of files included", () =>
    withLake((stub) =>
      withFolder(async (folder) => {
        const file = (number: number): string => `staging/ratings/part-0000${number}.parquet`;
        const bytes = Buffer.alloc(4_000_000, "0123456789abcdef!");
        const all = [1, 2, 3, 4].map((number) => [file(number), bytes] as const);
        await writeFiles(folder, Object.fromEntries(all));
        const lake = await opened("run-1", { partBytes: 1_000_000 });
        let atWork = 0;
        let most = 0;
        stub.delay = async ({ what }) => {
          if (what !== "insert") return;
          atWork += 1;
          most = Math.max(most, atWork);
          await sleep(50);
          atWork -= 1;
        };
        await lake.place(folder, () => true, quiet);
        expect(stub.asks("insert work/parts/")).to.have.length(16);
        expect(most).to.equal(4);
        await lake.close();
      }),
    ));

  it("is not there where other bytes have come than were sent", () =>
    withVersion(async (stub, folder) => {
      const lake = await opened("run-1");
      const name = `versions/run-1/${files[0]!}`;
      stub.onRequest = ({ what, name: asked }) => {
        if (what === "insert" && asked === name) stub.damagesNext = true;
      };
      await failure(publishAll(lake, folder), "cloud");
      expect(stub.names("versions/run-1/staging")).not.to.include(name);
      expect(stub.asks("insert current.json")).to.deep.equal([]);
      await lake.close();
    }));

  it("that is raw is kept by what it holds, once", () =>
    withLake((stub) =>
      withFolder(async (folder) => {
        await writeFiles(folder, { "a/ratings.csv": "abc", "b/ratings.csv": "abc", "c/x.csv": "" });
        const lake = await opened("run-1");
        const raw = (name: string, source = "ratings") => ({
          source,
          file: path.join(folder, name),
        });
        await lake.putRaw([raw("a/ratings.csv")], quiet);
        const told: number[] = [];
        await lake.putRaw([raw("b/ratings.csv"), raw("c/x.csv", "links")], (bytes) =>
          told.push(bytes),
        );
        // As sha256sum says.
        const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        const none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        expect(stub.names("raw/")).to.deep.equal([
          `raw/links/${none}/x.csv`,
          `raw/ratings/${abc}/ratings.csv`,
        ]);
        expect(stub.asks("insert raw/ratings/")).to.have.length(1);
        expect(told).to.deep.equal([0, 0, 0]);
        const driver = await lake.putDriver("abc");
        expect(driver).to.equal(`gs://${stub.bucket}/drivers/${abc}.py`);
        await lake.putDriver("abc");
        expect(stub.asks("insert drivers/")).to.have.length(1);
        expect(await lake.getText(`drivers/${abc}.py`)).to.equal("abc");
        expect(await lake.getText("drivers/none.py")).to.equal(undefined);
        await lake.close();
      }),
    ));
});

describe("tables that Spark works on", () => {
  it("go to the run's own place, and come back whole", () =>
    withLake((stub) =>
      withFolder(async (folder) => {
        const ratings = await tableOf("staging.ratings");
        const movies = await tableOf("core.movies");
        await writeFiles(folder, version);
        const lake = await opened("run-1");
        stub.put("work/run-1/staging/ratings/part-00007.parquet", "of an earlier try");
        stub.put("work/run-1/manifest.json", "{}");
        const root = await lake.putWork(folder, [ratings], quiet);
        expect(root).to.equal(`gs://${stub.bucket}/work/run-1`);
        expect(stub.names("work/")).to.deep.equal([
          "work/run-1/manifest.json",
          "work/run-1/staging/ratings/part-00000.parquet",
          "work/run-1/staging/ratings/part-00001.parquet",
        ]);

        stub.put("work/run-1/core/movies/part-00000-ab.snappy.parquet", "by Spark");
        stub.put("work/run-1/core/movies/_SUCCESS", "");
        stub.put("work/run-1/core/movies/_temporary/0/part-00000.parquet", "half");
        stub.put("work/run-1/core/movies/", "");
        stub.put("work/run-1/core/movies_of_old/part-00000.parquet", "another table");
        await lake.fetchWork(folder, [movies], quiet);
        const made = path.join(folder, "core", "movies");
        expect(await readdir(made)).to.deep.equal(["part-00000-ab.snappy.parquet"]);
        expect(await readFile(path.join(made, "part-00000-ab.snappy.parquet"), "utf8")).to.equal(
          "by Spark",
        );

        const none = await failure(
          lake.fetchWork(folder, [await tableOf("core.dates")], quiet),
          "cloud",
        );
        expect(none.line).to.include("work/run-1/core/dates/ holds no Parquet files");
        await lake.close();
      }),
    ));

  it("stay as they were where what comes is damaged", () =>
    withLake((stub) =>
      withFolder(async (folder) => {
        const movies = await tableOf("core.movies");
        await writeFiles(folder, version);
        stub.put("work/run-1/core/movies/part-00000.parquet", "by Spark");
        const lake = await opened("run-1");
        stub.fault = ({ what }) => (what === "media" ? "damaged" : undefined);
        const { line } = await failure(lake.fetchWork(folder, [movies], quiet), "cloud");
        expect(line).to.include("part-00000.parquet: what came is not what is stored there");
        const file = path.join(folder, "core/movies/part-00000.parquet");
        expect(await readFile(file, "utf8")).to.equal("movies");
        let faults = 1;
        stub.fault = ({ what }) => (what === "media" && faults-- > 0 ? "damaged" : undefined);
        await lake.fetchWork(folder, [movies], quiet);
        expect(await readFile(file, "utf8")).to.equal("by Spark");
        await lake.close();
      }),
    ));
});
