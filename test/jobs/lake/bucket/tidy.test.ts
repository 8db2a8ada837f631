import { expect } from "chai";

import {
  opened,
  publishAll,
  publishedBy,
  version,
  withVersion,
} from "../../../support/cloud/bucket-lake.ts";

const files = Object.keys(version);

describe("tidying a bucket lake", () => {
  it("leaves what the pointer names and parts of raw files, and nothing else of versions and of work", () =>
    withVersion(async (stub, folder) => {
      await publishedBy("run-1", folder);
      // What killed runs have left.
      stub.put("versions/run-0/staging/ratings/part-00000.parquet", "half of it");
      stub.put("versions/run-1/staging/ratings/part-00009.parquet", "of nobody");
      stub.put("work/run-0/core/movies/part-00000.parquet", "movies");
      stub.put("work/parts/raw/ratings/abc/ratings.csv/0-9", "ratings");
      stub.put("work/parts/versions/run-0/lake.json/0-9", "half of it");
      stub.put("raw/ratings/abc/ratings.csv", "raw");
      stub.put("drivers/abc.py", "pass");
      const second = await opened("run-2");
      await second.putText("work/run-2/manifest.json", "{}");
      expect(await second.tidy()).to.equal(undefined);
      expect(stub.names()).to.deep.equal([
        "current.json",
        "drivers/abc.py",
        "lock.json",
        "raw/ratings/abc/ratings.csv",
        ...files.map((name) => `versions/run-1/${name}`).sort(),
        "work/parts/raw/ratings/abc/ratings.csv/0-9",
      ]);
      await second.close();
    }));

  it("spares what another one has published, and says what it could not delete", () =>
    withVersion(async (stub, folder) => {
      const first = await opened("run-1");
      await publishAll(first, folder);
      const pointer = stub.text("current.json")!;
      stub.put("current.json", pointer.replaceAll("run-1", "run-9"));
      stub.put(`versions/run-9/${files[2]!}`, "movies");
      stub.fault = ({ what, name }) =>
        what === "delete" && name.endsWith("lake.json") ? 403 : undefined;
      expect(await first.tidy()).to.include("deleting gs://");
      expect(stub.names("versions/run-9/")).to.deep.equal([`versions/run-9/${files[2]!}`]);
      await first.close();
    }));
});
