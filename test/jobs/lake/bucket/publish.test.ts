import { expect } from "chai";

import {
  besides,
  opened,
  publishAll,
  publishedBy,
  version,
  withLake,
  withVersion,
} from "../../../support/cloud/bucket-lake.ts";
import { failure } from "../../../support/errors.ts";
import { withFolder, writeFiles } from "../../../support/folder.ts";

const quiet = (): void => undefined;

const files = Object.keys(version);

describe("publishing to a bucket lake", () => {
  it("puts a version's files there and then lets readers see them", () =>
    withLake((stub) =>
      withFolder(async (folder) => {
        await writeFiles(folder, { ...version, ...besides });
        const lake = await opened("run-1");
        const told: string[] = [];
        const { runId, loaded, uris } = await publishAll(lake, folder, (bytes, total) =>
          told.push(`${bytes} of ${total ?? 0}`),
        );
        expect([runId, loaded]).to.deep.equal(["run-1", false]);
        const all = Object.values(version).join("").length;
        expect(told).to.have.length(files.length + 1);
        expect([told[0], told.at(-1)]).to.deep.equal([`0 of ${all}`, `${all} of ${all}`]);
        expect(stub.names("versions/")).to.deep.equal(
          files.map((name) => `versions/run-1/${name}`).sort(),
        );
        for (const [name, text] of Object.entries(version))
          expect(stub.text(`versions/run-1/${name}`)).to.equal(text);
        const at = (name: string): string => `gs://${stub.bucket}/versions/run-1/${name}`;
        expect(Object.fromEntries(uris)).to.deep.equal({
          "staging.ratings": [at(files[0]!), at(files[1]!)],
          "core.movies": [at(files[2]!)],
          "ops.runs": [at(files[3]!)],
        });

        // The pointer comes last, and only where there was none.
        const writes = stub.asked.filter(({ what }) => what === "insert").map(({ name }) => name);
        expect(writes.at(-1)).to.equal("current.json");
        expect(stub.asks("insert current.json")[0]!.ifGenerationMatch).to.equal("0");
        const pointer = stub.json("current.json");
        expect(pointer).to.include({ format: 1, runId: "run-1", loaded: false });
        expect(pointer["files"]).to.deep.include({
          name: "core/movies/part-00000.parquet",
          bytes: 6,
          // By a bitwise calculation in Python.
          crc32c: "9R7rsA==",
        });
        await lake.close();
      }),
    ));

  it("replaces exactly the pointer that it began with, and says when the warehouse may differ", () =>
    withVersion(async (stub, folder) => {
      const first = await opened("run-1");
      await first.place(folder, () => true, quiet);
      await first.publish(true);
      await first.close();
      const { generation } = stub.objects.get("current.json")!;
      const second = await opened("run-2");
      expect(second.published()).to.include({ runId: "run-1", loaded: true });
      await second.place(folder, () => true, quiet);
      await second.markLoading();
      expect(stub.json("current.json")).to.include({ runId: "run-1", loaded: false });
      const before = stub.objects.get("current.json")!.generation;
      await second.publish(true);
      expect(stub.json("current.json")).to.include({ runId: "run-2", loaded: true });
      const conditions = stub.asks("insert current.json").map((one) => one.ifGenerationMatch);
      expect(conditions.slice(-2)).to.deep.equal([generation, before]);
      expect(conditions).to.have.length(3);
      await second.close();
    }));

  it("forgets what was placed for a version that failed", () =>
    withVersion(async (stub, folder) => {
      const lake = await opened("run-1");
      await lake.place(folder, () => true, quiet);
      lake.begin();
      await lake.place(folder, (name) => name.startsWith("ops/"), quiet);
      await lake.publish(false);
      const { files: published } = stub.json("current.json") as { files: { name: string }[] };
      expect(published.map(({ name }) => name)).to.deep.equal(["ops/runs/part-00000.parquet"]);
      await lake.close();
    }));

  it("changes nothing where somebody else has published meanwhile", () =>
    withVersion(async (stub, folder) => {
      const lake = await opened("run-1");
      const others = {
        format: 1,
        runId: "run-9",
        folder: "versions/run-9",
        loaded: true,
        files: [],
      };
      stub.put("current.json", JSON.stringify(others));
      const { line } = await failure(publishAll(lake, folder), "cloud");
      expect(line).to.include("current.json was changed by somebody else while this run worked");
      expect(line).to.match(/are not published\. Run again$/);
      expect(stub.json("current.json")).to.deep.equal(others);
      expect(lake.published()).to.equal(undefined);
      await lake.close();
    }));

  it("is done also where the answer was lost that said so", () =>
    withVersion(async (stub, folder) => {
      const lake = await opened("run-1");
      let lost = 1;
      stub.fault = ({ what, name }) =>
        what === "insert" && name === "current.json" && lost-- > 0 ? "answer lost" : undefined;
      const { runId } = await publishAll(lake, folder);
      expect(runId).to.equal("run-1");
      expect(stub.asks("insert current.json")).to.have.length(2);
      await lake.close();
    }));

  it("is known to be done where one answer after another is lost, and leaves alone what readers may see", () =>
    withVersion(async (stub, folder) => {
      const lake = await opened("run-1", { retries: 1 });
      stub.fault = ({ what, name }) =>
        what === "insert" && name === "current.json" ? "answer lost" : undefined;
      await publishAll(lake, folder);
      expect(lake.published()).to.include({ runId: "run-1" });
      await lake.close();

      await writeFiles(folder, { "ops/runs/part-00000.parquet": "run 2" });
      const second = await opened("run-2", { retries: 1 });
      // Done, and afterwards nothing can be asked.
      let isDone = false;
      stub.fault = ({ what, name }) => {
        if (what === "insert" && name === "current.json" && !isDone) {
          isDone = true;
          return "answer lost";
        }
        return isDone && name === "current.json" ? 503 : undefined;
      };
      await failure(publishAll(second, folder), "cloud");
      stub.fault = () => undefined;
      const shown = "versions/run-2/ops/runs/part-00000.parquet";
      expect(stub.json("current.json")).to.include({ folder: "versions/run-2" });
      // What the run tells of its failure stands elsewhere.
      await writeFiles(folder, { "ops/runs/part-00000.parquet": "run 2, failed" });
      second.begin();
      const { line } = await failure(publishAll(second, folder), "cloud");
      expect(line).to.include("current.json was changed");
      expect(stub.text(shown)).to.equal("run 2");
      await second.close();
    }));

  it("copies what the bucket has, and sends what it has not", () =>
    withVersion(async (stub, folder) => {
      await publishedBy("run-1", folder);
      const second = await opened("run-2");
      // Other bytes of the same length: only the checksum tells.
      await writeFiles(folder, { "staging/ratings/part-00000.parquet": "ratings of now" });
      await writeFiles(folder, { "core/people/part-00000.parquet": "people" });
      stub.put("work/run-2/core/people/part-00000-spark.parquet", "people");
      const { length } = stub.asked;
      await publishAll(second, folder);
      const done = stub.asked.slice(length).map(({ what, name }) => `${what} ${name}`);
      const sent = done.filter((one) => one.startsWith("insert versions/"));
      expect(sent).to.deep.equal(["insert versions/run-2/staging/ratings/part-00000.parquet"]);
      expect(done.filter((one) => one.startsWith("copy "))).to.have.length(files.length);
      for (const [name, text] of Object.entries(version)) {
        const now = name === files[0] ? "ratings of now" : text;
        expect(stub.text(`versions/run-2/${name}`)).to.equal(now);
      }
      expect(stub.text("versions/run-2/core/people/part-00000.parquet")).to.equal("people");
      await second.close();
    }));

  it("copies it once, however often the version's files are placed", () =>
    withVersion(async (stub, folder) => {
      await publishedBy("run-1", folder);
      const second = await opened("run-2");
      await second.place(folder, (name) => name.startsWith("staging/"), quiet);
      await second.place(folder, () => true, quiet);
      expect(stub.asks("copy versions/run-2/")).to.have.length(files.length);
      await second.close();
    }));

  it("sends what is not there any more or was changed by hand", () =>
    withVersion(async (stub, folder) => {
      await publishedBy("run-1", folder);
      stub.objects.delete(`versions/run-1/${files[0]!}`);
      stub.put(`versions/run-1/${files[1]!}`, "More ratings");
      const second = await opened("run-2");
      await publishAll(second, folder);
      for (const [name, text] of Object.entries(version))
        expect(stub.text(`versions/run-2/${name}`)).to.equal(text);
      await second.close();
    }));

  it("a second time by one run leaves the first one's files as they are until readers see it", () =>
    withVersion(async (stub, folder) => {
      const lake = await opened("run-1");
      await publishAll(lake, folder);
      await writeFiles(folder, { "ops/runs/part-00000.parquet": "run 1, failed" });
      const { uris } = await publishAll(lake, folder);
      expect(stub.text("versions/run-1/ops/runs/part-00000.parquet")).to.equal("run 1");
      const uri = uris.get("ops.runs")![0]!;
      expect(uri).to.equal(`gs://${stub.bucket}/versions/run-1.1/ops/runs/part-00000.parquet`);
      expect(stub.text(uri.slice(`gs://${stub.bucket}/`.length))).to.equal("run 1, failed");
      await lake.close();
    }));

  it("ends in one line where an upload goes on failing, and readers see what they saw", () =>
    withVersion(async (stub, folder) => {
      const lake = await opened("run-1");
      stub.fault = ({ what, name }) =>
        what === "insert" && name.endsWith("part-00001.parquet") ? 503 : undefined;
      const { line } = await failure(publishAll(lake, folder), "cloud");
      expect(line).to.include("part-00001.parquet: Google Cloud does not answer");
      expect(stub.asks("insert current.json")).to.deep.equal([]);
      await lake.close();
    }));

  it("is refused to a run that has lost its lease", () =>
    withVersion(async (stub, folder) => {
      const lake = await opened("run-1");
      stub.put("lock.json", JSON.stringify({ ...stub.json("lock.json"), holder: "another" }));
      await failure(lake.note("job"), "cloud");
      const { length } = stub.asked;
      const refused: (() => Promise<unknown>)[] = [
        () => publishAll(lake, folder),
        () => lake.putWork(folder, [], quiet),
        () => lake.putRaw([], quiet),
        () => lake.putText("name", "text"),
        () => lake.putDriver("text"),
      ];
      for (const work of refused) {
        const { line } = await failure(work(), "cloud");
        expect(line).to.include("has taken its lease over");
      }
      expect(await lake.tidy()).to.include("has taken its lease over");
      expect(stub.asked).to.have.length(length);
    }));
});
