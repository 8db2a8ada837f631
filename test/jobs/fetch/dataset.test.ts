import { createHash } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { filesFolder, readOrigin } from "../../../jobs/fetch/origin.ts";
import { movieLens, ratings, withDataset, zipOf } from "../../support/datasets.ts";
import { failure } from "../../support/errors.ts";
import { answer, type Reply, serve } from "../../support/faulty-server.ts";

describe("fetching a dataset", () => {
  it("keeps the zip, its known files and where they come from", async () => {
    await withDataset("ml-1m", serve(movieLens()), async ({ folder, get, contents, dataset }) => {
      await get();
      const found = await contents();
      expect(Object.keys(found).sort()).to.deep.equal(
        ["files/ml-1m/ratings.dat", "ml-1m.zip", "origin.json"].sort(),
      );
      expect(found["files/ml-1m/ratings.dat"]).to.equal(ratings);
      const origin = await readOrigin(folder);
      expect(origin).to.deep.include({
        source: "ml-1m",
        address: dataset.download.address,
        redistributable: false,
        fetched_at: "2026-01-02T03:04:05.000Z",
        files: [{ name: "ml-1m/ratings.dat", bytes: ratings.length }],
        left_packed: ["ml-1m/README"],
      });
      expect(origin?.received).to.include({
        name: "ml-1m.zip",
        bytes: movieLens().body.length,
        etag: movieLens().etag,
      });
      expect(origin?.received.sha256).to.match(/^[0-9a-f]{64}$/);
    });
  });

  it("keeps a file that is no zip as it is", async () => {
    const csv = Buffer.from("observation_date,CUSR0000SS62031\n1999-01-01,100.0\n");
    await withDataset("fred", serve({ body: csv }), async ({ get, contents }) => {
      await get();
      expect(Object.keys(await contents()).sort()).to.deep.equal([
        "files/CUSR0000SS62031.csv",
        "origin.json",
      ]);
    });
  });

  it("does not fetch again what has not changed, and does what has", async () => {
    await withDataset("ml-1m", serve(movieLens()), async ({ get, contents, seen }) => {
      await get();
      const before = await contents();
      await get();
      expect(seen[1]?.headers).to.include({ "if-none-match": movieLens().etag });
      expect(await contents()).to.deep.equal(before);
    });
    const changed = "2::2::4::978300761\n3::2::4::978300761\n";
    await withDataset(
      "ml-1m",
      [serve(movieLens()), serve(movieLens(changed))],
      async ({ get, contents }) => {
        await get();
        await get();
        expect((await contents())["files/ml-1m/ratings.dat"]).to.equal(changed);
        expect(Object.keys(await contents())).to.have.length(3);
      },
    );
  });

  it("asks nobody about a file whose checksum says that it never changes", async () => {
    const md5 = createHash("md5").update(movieLens().body).digest("hex");
    await withDataset(
      "ml-1m",
      serve(movieLens()),
      async ({ get, seen }) => {
        await get();
        await get();
        expect(seen).to.have.length(1);
      },
      { md5 },
    );
  });

  it("fetches again where its files were changed or lost since", async () => {
    await withDataset("ml-1m", serve(movieLens()), async ({ folder, get, contents, seen }) => {
      await get();
      await writeFile(path.join(folder, filesFolder, "ml-1m", "ratings.dat"), "cut");
      await get();
      expect((await contents())["files/ml-1m/ratings.dat"]).to.equal(ratings);
      await writeFile(path.join(folder, "origin.json"), "{");
      await get();
      expect(seen.map(({ headers }) => headers["if-none-match"])).to.deep.equal(
        Array(3).fill(undefined),
      );
      expect(Object.keys(await contents())).to.have.length(3);
    });
  });

  it("does not replace what it has not fetched", async () => {
    await withDataset("ml-1m", serve(movieLens()), async ({ folder, get, contents }) => {
      await mkdir(folder);
      await writeFile(path.join(folder, "mine.csv"), "mine");
      expect((await failure(get(), "lake")).line).to.match(/did not fetch what is there/);
      expect(await contents()).to.deep.equal({ "mine.csv": "mine" });
    });
  });

  it("goes on after a run that was killed in the midst of it", async () => {
    await withDataset("ml-1m", serve(movieLens()), async ({ folder, get, contents, seen }) => {
      await get();
      // Killed while the new files take the old ones' place.
      await rename(folder, `${folder}.old`);
      await get();
      expect(seen[1]?.headers, "the old files are known").to.include.keys("if-none-match");
      expect(Object.keys(await contents())).to.have.length(3);
      // Killed while unpacking.
      await mkdir(path.join(`${folder}.next`, filesFolder), { recursive: true });
      await writeFile(path.join(`${folder}.next`, filesFolder, "ratings.dat"), "half");
      await rm(folder, { recursive: true });
      await get();
      expect((await contents())["files/ml-1m/ratings.dat"]).to.equal(ratings);
      expect(Object.keys(await contents())).to.have.length(3);
    });
  });

  it("leaves the old files where the new ones are not what they should be", async () => {
    const faults: [Reply, "network" | "input", RegExp][] = [
      [serve({ body: Buffer.from("<!DOCTYPE html><p>Sorry") }), "network", /HTML page/],
      [
        serve({ body: zipOf({ "a.txt": "a" }) }),
        "input",
        /ml-1m has come, but cannot be used: .* holds no file that Marquee knows\. .*look at https:/,
      ],
      [serve({ body: movieLens().body.subarray(0, 100) }), "input", /not a whole zip/],
      [answer(404), "network", /404/],
      [answer(500), "network", /500/],
    ];
    for (const [fault, reason, message] of faults) {
      await withDataset("ml-1m", [serve(movieLens()), fault], async ({ get, contents }) => {
        await get();
        const before = await contents();
        const error = await failure(get(), reason);
        expect(error.line).to.match(message);
        expect(await contents()).to.deep.equal(before);
      });
      await withDataset("ml-1m", fault, async ({ get, contents }) => {
        await failure(get(), reason);
        expect(await contents()).to.deep.equal({});
      });
    }
  });

  it("says how to go on with the copy that is there", async () => {
    await withDataset("ml-1m", [serve(movieLens()), answer(500)], async ({ get }) => {
      await get();
      expect((await failure(get(), "network")).line).to.match(
        /goes on|again.* copy of 2026-01-02.* is still there: add --only prepare,transform,check,publish/,
      );
    });
  });
});
