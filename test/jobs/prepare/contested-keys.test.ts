import { expect } from "chai";
import fc from "fast-check";

import { contestedKeys } from "../../../jobs/prepare/contested-keys.ts";
import { catalog } from "../../support/catalog.ts";
import { withSession } from "../../support/read-source.ts";

describe("keys that stand more than once", () => {
  it("are found in files that ascend and in files that do not", async () => {
    const source = (await catalog()).sources.find(({ name }) => name === "ratings")!;
    const pair = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }));
    const drawn = fc.record({
      pairs: fc.array(pair, { minLength: 1, maxLength: 12 }),
      base: fc.uniqueArray(pair, { maxLength: 6, selector: String }),
      isSorted: fc.boolean(),
    });
    await withSession(async (session) => {
      await session.run("create schema typed");
      const table = async (name: string, pairs: [number, number][]): Promise<void> => {
        const values = pairs.map(([user, film]) => `(${user}, ${film})`).join(", ");
        await session.run(
          `create or replace table ${name} as
           select * from (values (0, 0), ${values}) t(user_id, movie_id) where user_id > 0`,
        );
      };
      const property = fc.asyncProperty(drawn, async ({ pairs, base, isSorted }) => {
        const inOrder = isSorted ? [...pairs].sort(([a, b], [c, d]) => a - c || b - d) : pairs;
        await table("typed.ratings", inOrder);
        await table("base", base.length === 0 ? [[-1, -1]] : base);
        const earlier = base.length === 0 ? undefined : "from base";
        const query = await contestedKeys(session, source, earlier);
        const found = await session.table(`select distinct * from (${query})`);
        const texts = pairs.map(String);
        const expected = texts.filter(
          (text, index) => texts.indexOf(text) !== index || base.map(String).includes(text),
        );
        expect(found.map(String).sort()).to.deep.equal([...new Set(expected)].sort());
      });
      await fc.assert(property, { numRuns: 60 });
    });
  });
});
