import { readdir, readFile, readlink, stat } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { FolderLake } from "../../../../jobs/lake/folder.ts";
import type { BucketStub } from "../../../support/cloud/bucket-stub.ts";
import { opened, withLake, publishAll } from "../../../support/cloud/bucket-lake.ts";
import { failure } from "../../../support/errors.ts";
import { withFolder, writeFiles } from "../../../support/folder.ts";

const state = JSON.stringify({ format: 2, transformedBy: "run-1" });
const version = {
  "staging/ratings/part-00000.parquet": "ratings",
  "core/movies/part-00000.parquet": "movies",
  "kept/ratings/part-00000.parquet": "kept",
  "lake.json": state,
  "dashboard.html": "<html>",
};
const ratings = "staging/ratings/part-00000.parquet";

/** Publishes files for a run, as another machine does. */
async function publishedBy(runId: string, files: Record<string, string>): Promise<void> {
  await withFolder(async (folder) => {
    await writeFiles(folder, files);
    const lake = await opened(runId);
    await publishAll(lake, folder);
    await lake.tidy();
    await lake.close();
  });
}

/** A local lake, and a run that pulls into it and tells what came. */
async function withLocal(
  use: (given: {
    folder: string;
    lake: FolderLake;
    pull: () => Promise<boolean>;
    shown: () => Promise<Record<string, string>>;
  }) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const lake = await FolderLake.open(folder, { runId: "mine", startedAt: "", sources: [] });
    const pull = async (): Promise<boolean> => {
      const bucket = await opened("mine");
      return bucket.pull(lake, () => undefined).finally(() => bucket.close());
    };
    const current = path.join(folder, "current");
    const shown = async (): Promise<Record<string, string>> => {
      const entries = await readdir(`${current}/`, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      const texts = files.map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return [path.relative(current, file), await readFile(file, "utf8")] as const;
      });
      return Object.fromEntries(await Promise.all(texts));
    };
    await use({ folder, lake, pull, shown });
    await lake.close();
  });
}

const fetched = (stub: BucketStub): string[] =>
  stub.asks("media versions/").map(({ name }) => name.split("/").slice(2).join("/"));

describe("pulling from a bucket lake", () => {
  it("makes the local version that of the bucket, once", () =>
    withLake((stub) =>
      withLocal(async ({ folder, lake, pull, shown }) => {
        expect(await pull()).to.equal(false);
        expect(await lake.published()).to.equal(undefined);
        await publishedBy("run-1", version);
        expect(await pull()).to.equal(true);
        expect(await shown()).to.deep.equal(version);
        expect(await readlink(path.join(folder, "current"))).to.equal("versions/run-1");
        expect(await readFile(path.join(folder, "dashboard.html"), "utf8")).to.equal("<html>");
        expect((await lake.published())?.state.transformedBy).to.equal("run-1");
        expect(fetched(stub).sort()).to.deep.equal(Object.keys(version).sort());

        expect(await pull()).to.equal(false);
        expect(fetched(stub)).to.have.length(5);
      }),
    ));

  it("fetches only what is not here, byte for byte", () =>
    withLake((stub) =>
      withLocal(async ({ folder, pull, shown }) => {
        await publishedBy("run-1", version);
        await pull();
        const { ino } = await stat(path.join(folder, "current", "core/movies/part-00000.parquet"));
        // As long as before.
        const { "kept/ratings/part-00000.parquet": gone, ...others } = version;
        const next = { ...others, [ratings]: "RATINGS", "core/new/part-0.parquet": gone };
        await publishedBy("run-2", next);
        const { length } = fetched(stub);
        expect(await pull()).to.equal(true);
        expect(await shown()).to.deep.equal(next);
        expect(fetched(stub).slice(length).sort()).to.deep.equal([
          "core/new/part-0.parquet",
          ratings,
        ]);
        const kept = await stat(path.join(folder, "current", "core/movies/part-00000.parquet"));
        expect(kept.ino).to.equal(ino);
        expect(await readdir(path.join(folder, "versions"))).to.deep.equal(["run-2"]);
      }),
    ));

  it("mends a local version that is not what its name says", () =>
    withLake(() =>
      withLocal(async ({ folder, pull, shown }) => {
        await publishedBy("run-1", version);
        await pull();
        await writeFiles(path.join(folder, "current"), {
          [ratings]: "rAtings",
          "warehouse.duckdb": "of old",
        });
        expect(await pull()).to.equal(true);
        expect(await shown()).to.deep.equal(version);
        expect(await readlink(path.join(folder, "current"))).to.equal("versions/run-1.again");
        await writeFiles(path.join(folder, "current"), { "core/extra/part-0.parquet": "too much" });
        expect(await pull()).to.equal(true);
        expect(await shown()).to.deep.equal(version);
        expect(await readlink(path.join(folder, "current"))).to.equal("versions/run-1");
        // A warehouse of one's own beside the tables does not matter.
        await writeFiles(path.join(folder, "current"), { "warehouse.duckdb": "made here" });
        expect(await pull()).to.equal(false);
      }),
    ));

  it("leaves the local version as it is where something does not come", () =>
    withLake((stub) =>
      withLocal(async ({ pull, shown }) => {
        await publishedBy("run-1", version);
        await pull();
        const next = { ...version, [ratings]: "others" };
        await publishedBy("run-2", next);
        const isRatings = (name: string): boolean => name.endsWith(ratings);

        stub.fault = ({ what, name }) =>
          what === "media" && isRatings(name) ? "damaged" : undefined;
        const damaged = await failure(pull(), "cloud");
        expect(damaged.line).to.include("what came is not what is stored there (CRC32C");
        expect(await shown()).to.deep.equal(version);

        stub.fault = ({ what, name }) =>
          what === "media" && isRatings(name) ? "cut off" : undefined;
        await failure(pull(), "cloud");
        expect(await shown()).to.deep.equal(version);

        let left = 1;
        stub.fault = ({ what, name }) =>
          what === "media" && isRatings(name) && left-- > 0 ? "cut off" : undefined;
        expect(await pull()).to.equal(true);
        expect(await shown()).to.deep.equal(next);

        await publishedBy("run-3", version);
        stub.fault = () => undefined;
        stub.objects.delete(`versions/run-3/${ratings}`);
        const missing = await failure(pull(), "cloud");
        expect(missing.line).to.include(
          `versions/run-3/${ratings}, which current.json there names`,
        );
        expect(missing.line).to.include("gcloud storage ls --all-versions gs://");
        expect(await shown()).to.deep.equal(next);
      }),
    ));

  it("refuses a pointer that it cannot trust, and gives its lease up", () =>
    withLake(async (stub) => {
      await publishedBy("run-1", version);
      const good = stub.text("current.json")!;
      const refused: [string, RegExp][] = [
        [good.replace('"format": 1', '"format": 2'), /has format 2.*Update Marquee$/],
        [good.slice(0, 100), /current\.json is damaged.*--all-versions gs:/],
        [good.replace("core/movies/part", "core/../../x/part"), /is damaged/],
        [good.replace("core/movies/part", "/etc/part"), /is damaged/],
        [good.replace("versions/run-1", "raw"), /is damaged/],
        [good.replace("versions/run-1", "versions/.."), /is damaged/],
        [good.replace('"runId": "run-1"', '"runId": "../../run-1"'), /is damaged/],
        ["", /is damaged/],
      ];
      for (const [text, line] of refused) {
        stub.put("current.json", text);
        expect((await failure(opened("run-2"), "cloud")).line).to.match(line);
        expect(stub.names("lock.json")).to.deep.equal([]);
      }
    }));
});
