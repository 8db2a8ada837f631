import path from "node:path";

import { expect } from "chai";
import fc from "fast-check";

import type { Months } from "../../../jobs/months.ts";
import type { Run } from "../../../jobs/run.ts";
import { Random } from "../../../scripts/sample/random.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { runLocally } from "../../support/pipeline.ts";
import { expectSameLakes, expectSummedAccounts } from "../../support/same-lakes.ts";
import { tinyFiles } from "../../support/tiny-source.ts";
import { askWarehouse } from "../../support/warehouse.ts";

const header = "userId,movieId,rating,timestamp";

/** The spans that all ratings of these tests lie in, but for those of 2000-01 and 2003. */
const spans: Months[] = [
  { from: "2000-02", to: "2000-04" },
  { from: "2000-05", to: "2000-05" },
  { from: "2000-06", to: "2002-12" },
];

/** Ratings of few users and films, most of which are rated again in another month. */
function ratingsOf(seed: number): { line: string; month: string }[] {
  const random = new Random(seed, "ratings of months");
  const first = Date.UTC(2000, 0, 1) / 1000;
  const edges = [Date.UTC(2000, 1, 1), Date.UTC(2000, 4, 1), Date.UTC(2000, 5, 1)];
  return Array.from({ length: 200 }, () => {
    // The first and the last second of a month among them.
    const second = random.chance(0.2)
      ? random.pick(edges) / 1000 - random.below(2)
      : first + random.below(3 * 365 * 86_400);
    const pair = `${1 + random.below(10)},${random.pick([10, 20, 30])}`;
    const month = new Date(second * 1000).toISOString().slice(0, 7);
    return { line: `${pair},${(1 + random.below(10)) / 2},${second}`, month };
  });
}

const csv = (ratings: readonly { line: string }[]): string =>
  [header, ...ratings.map(({ line }) => line), ""].join("\n");

const isIn =
  ({ from, to }: Months) =>
  ({ month }: { month: string }): boolean =>
    month >= from && month <= to;

const ratingsAccount = ({ record }: Run) =>
  record.accounts.find(({ source }) => source === "ratings")!;

describe("the months of a run", () => {
  it("leave what the ratings of these months alone would give", async () => {
    await withFolder(async (folder) => {
      const ratings = ratingsOf(1);
      const [months] = spans;
      const inside = ratings.filter(isIn(months!));
      const all = { ...tinyFiles, "ratings.csv": csv(ratings) };
      const some = { ...tinyFiles, "ratings.csv": csv(inside) };
      const sources = await Promise.all(
        [all, some].map((files, index) => writeFiles(path.join(folder, `in-${index}`), files)),
      );
      const lakes = [0, 1].map((index) => path.join(folder, `lake-${index}`));
      const limited = await runLocally({
        sources: [sources[0]!],
        lake: lakes[0]!,
        months: months!,
      });
      const filtered = await runLocally({ sources: [sources[1]!], lake: lakes[1]! });
      await expectSameLakes(lakes[0]!, lakes[1]!);
      expect(ratingsAccount(limited)).to.include({
        read: ratings.length,
        kept: ratingsAccount(filtered).kept,
        superseded: ratingsAccount(filtered).superseded,
        outsideMonths: ratings.length - inside.length,
      });
    });
  });

  it("are merged in any order into the tables of one run over all of them", async () => {
    const orders = fc.tuple(fc.nat(999), fc.shuffledSubarray(spans, { minLength: spans.length }));
    const property = fc.asyncProperty(orders, async ([seed, order]) => {
      await withFolder(async (folder) => {
        const files = { ...tinyFiles, "ratings.csv": csv(ratingsOf(seed)) };
        const source = await writeFiles(path.join(folder, "2024-01-31"), files);
        const [lake, full] = [path.join(folder, "lake"), path.join(folder, "full")];
        const runs: Run[] = [];
        for (const months of order) {
          runs.push(await runLocally({ sources: [source], lake, merge: true, months }));
        }
        const months = { from: "2000-02", to: "2002-12" };
        await runLocally({ sources: [source], lake: full, months });
        await expectSameLakes(lake, full);
        await expectSummedAccounts(lake, runs);
      });
    });
    await fc.assert(property, { numRuns: 1 });
  });

  it("without a rating leave an empty table and a warning, and take other sources whole", async () => {
    await withFolder(async (folder) => {
      const source = await writeFiles(path.join(folder, "in"), tinyFiles);
      const lake = path.join(folder, "lake");
      const months = { from: "1999-01", to: "1999-12" };
      const run = await runLocally({ sources: [source], lake, months });
      expect(ratingsAccount(run)).to.include({ read: 4, kept: 0, outsideMonths: 4 });
      const warehouse = path.join(lake, "warehouse.duckdb");
      expect(
        await askWarehouse(
          warehouse,
          "select (select count(*) from staging.ratings), (select count(*) from staging.movies), (select records_outside_months from ops.sources where source = 'ratings')",
        ),
      ).to.deep.equal([["0", "2", "4"]]);
      expect(
        await askWarehouse(
          warehouse,
          "select distinct severity from ops.checks where not passed and table_name = 'staging.ratings'",
        ),
      ).to.deep.equal([["warn"]]);
    });
  });
});
