import { expect } from "chai";

import { type Place, withDataset, zipOf } from "../../support/datasets.ts";
import { failure } from "../../support/errors.ts";
import { answer, type Reply, serve } from "../../support/faulty-server.ts";

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
