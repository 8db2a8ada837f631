import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";
import { zipSync } from "fflate";

import { fetchDataset } from "../../../jobs/fetch/dataset.ts";
import { filesFolder, readOrigin } from "../../../jobs/fetch/origin.ts";
import type { Dataset } from "../../../sql/catalog/types.ts";
import { catalog } from "../../support/catalog.ts";
import { impatient } from "../../support/downloads.ts";
import { failure } from "../../support/errors.ts";
import { answer, type Reply, serve, type Stored, withServer } from "../../support/faulty-server.ts";
import { withFolder } from "../../support/folder.ts";
import { quietLog } from "../../support/pipeline.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const ratings = "1::1::3::978300760\n";
const zipOf = (files: Record<string, string>): Buffer =>
  Buffer.from(
    zipSync(
      Object.fromEntries(Object.entries(files).map(([name, content]) => [name, text(content)])),
    ),
  );
const movieLens = (content = ratings): Stored => ({
  body: zipOf({ "ml-1m/ratings.dat": content, "ml-1m/README": "read me" }),
  etag: `"${content.length}"`,
});

interface Place {
  folder: string;
  dataset: Dataset;
  seen: { headers: Record<string, unknown> }[];
  get: (environment?: NodeJS.ProcessEnv) => Promise<void>;
  contents: () => Promise<Record<string, string>>;
}

/** Serves a dataset of the catalogue from this machine. */
async function withDataset<T>(
  name: string,
  replies: Reply | readonly Reply[],
  use: (place: Place) => Promise<T>,
  changes: Partial<Dataset["download"]> = {},
): Promise<T> {
  const { datasets, sources } = await catalog();
  const declared = datasets.find((candidate) => candidate.name === name)!;
  return withServer(replies, ({ address, seen }) =>
    withFolder(async (root) => {
      const folder = path.join(root, "raw", name);
      await mkdir(path.dirname(folder));
      const download = { ...declared.download, md5: undefined, ...changes, address };
      const dataset = { ...declared, download };
      const get: Place["get"] = (environment = {}) =>
        fetchDataset(dataset, folder, {
          sources,
          log: quietLog(),
          environment,
          patience: impatient,
          now: () => new Date("2026-01-02T03:04:05Z"),
        });
      const contents = async (): Promise<Record<string, string>> => {
        const found: Record<string, string> = {};
        for (const entry of await readdir(path.dirname(folder), {
          recursive: true,
          withFileTypes: true,
        })) {
          if (!entry.isFile()) continue;
          const file = path.join(entry.parentPath, entry.name);
          found[path.relative(folder, file)] = await readFile(file, "latin1");
        }
        return found;
      };
      return use({ folder, dataset, seen, get, contents });
    }),
  );
}

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
      await rm(path.join(folder, "origin.json"));
      await get();
      expect(seen.map(({ headers }) => headers["if-none-match"])).to.deep.equal(
        Array(3).fill(undefined),
      );
      expect(Object.keys(await contents())).to.have.length(3);
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
      [serve({ body: zipOf({ "a.txt": "a" }) }), "input", /holds no file that Marquee knows/],
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
        /copy of 2026-01-02.* is still there: npm run pipeline -- --source ml-1m --only prepare,transform,check,publish/,
      );
    });
  });
});

describe("Kaggle's key", () => {
  const kaggle = (replies: Reply, use: (place: Place) => Promise<void>): Promise<void> =>
    withDataset("kaggle", replies, use);
  const zip = serve({ body: zipOf({ "links.csv": "movieId,imdbId,tmdbId\n" }) });
  const key = { KAGGLE_USERNAME: "ann", KAGGLE_KEY: "s3cr3t" };

  it("is sent where it is set, and nowhere kept", async () => {
    await kaggle(zip, async ({ get, seen, contents }) => {
      await get();
      expect(seen[0]?.headers["authorization"]).to.equal(undefined);
      expect(Object.keys(await contents())).to.include("files/links.csv");
    });
    await kaggle(zip, async ({ get, seen, contents }) => {
      await get(key);
      const encoded = Buffer.from("ann:s3cr3t").toString("base64");
      expect(seen[0]?.headers["authorization"]).to.equal(`Basic ${encoded}`);
      const kept = JSON.stringify(await contents());
      for (const secret of ["s3cr3t", encoded]) expect(kept).not.to.include(secret);
    });
  });

  it("needs both its parts", async () => {
    await kaggle(zip, async ({ get, seen }) => {
      expect((await failure(get({ KAGGLE_KEY: "x" }), "usage")).line).to.match(
        /KAGGLE_KEY is set, KAGGLE_USERNAME is not\. Set both/,
      );
      expect((await failure(get({ KAGGLE_USERNAME: "x" }), "usage")).line).to.match(
        /KAGGLE_USERNAME is set, KAGGLE_KEY is not/,
      );
      expect(seen).to.deep.equal([]);
    });
  });

  it("that is wrong, a dataset that is gone and a wall are each told apart", async () => {
    const told: [number, NodeJS.ProcessEnv, RegExp][] = [
      [
        401,
        key,
        /\(401\).* KAGGLE_KEY are set\. Make a new key at https:\/\/www\.kaggle\.com\/settings/,
      ],
      [403, {}, /\(403\)\. Set KAGGLE_USERNAME and KAGGLE_KEY .* or download it by hand/],
      [404, key, /\(404\)\. Look whether Kaggle still has the dataset/],
    ];
    for (const [status, environment, message] of told) {
      await kaggle(answer(status), async ({ get, seen }) => {
        const { line } = await failure(get(environment), "network");
        expect(line).to.match(message);
        expect(line).not.to.include("s3cr3t");
        expect(seen, "not asked again").to.have.length(1);
      });
    }
  });
});
