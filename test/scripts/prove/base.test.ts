import { expect } from "chai";

import { MarqueeError } from "../../../errors.ts";
import { expectMadeUp, undisturbed } from "../../../scripts/prove/base.ts";
import { FolderLake } from "../../../jobs/lake/folder.ts";
import { runPipeline } from "../../../jobs/pipeline.ts";
import { usualOptions } from "../../../jobs/options.ts";
import { cloud, withLake } from "../../support/cloud/bucket-lake.ts";
import { failure } from "../../support/errors.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { quietLog } from "../../support/pipeline.ts";

const pointer = (runId: string, loaded = true): string =>
  JSON.stringify({ format: 1, runId, folder: `versions/${runId}`, loaded, files: [] });

const mine = "20261121T120000Z-aaaa";
const other = "20261121T120100Z-bbbb";

describe("a proof among other runs", () => {
  it("says what it sees where nobody else publishes, or what went wrong", async () => {
    const there = await cloud();
    await withLake(async (stub) => {
      stub.put("current.json", pointer(mine));
      expect(await undisturbed(there, mine, () => Promise.resolve("seen"))).to.equal("seen");
      const fails = undisturbed(there, mine, () => Promise.reject(new Error("it broke")));
      expect(await fails.catch(String)).to.equal("Error: it broke");
    });
  });

  for (const [what, text, who] of [
    ["has published", pointer(other), `run ${other}`],
    ["is about to load BigQuery", pointer(mine, false), "another run"],
  ] as const) {
    it(`is told of a run that ${what} while it looks, whatever it has seen`, async () => {
      const there = await cloud();
      for (const sees of [
        () => Promise.resolve("wrong tables"),
        () => Promise.reject(new Error()),
      ]) {
        await withLake(async (stub) => {
          stub.put("current.json", pointer(mine));
          const look = (): Promise<string> => {
            stub.put("current.json", text);
            return sees();
          };
          const { line } = await failure(undisturbed(there, mine, look), "cloud");
          expect(line).to.equal(
            `${who} has published to gs://${stub.bucket} while the proof looked at the tables of ${mine}: nothing can be said of them. Prove it again while nobody else works on it`,
          );
        });
      }
    });
  }

  it("does not look at all where another run has published before", async () => {
    const there = await cloud();
    await withLake(async (stub) => {
      stub.put("current.json", pointer(other));
      const looked: string[] = [];
      const look = (): Promise<number> => Promise.resolve(looked.push("looked"));
      const { line } = await failure(undisturbed(there, mine, look), "cloud");
      expect(line).to.include(`run ${other} has published`);
      expect(looked).to.deep.equal([]);
    });
  });

  it("refuses real data also where they came after the first look", async () => {
    const there = await cloud();
    await withFolder(async (folder) => {
      const prepared = { runId: other, sources: ["kaggle"], synthetic: false, accounts: [] };
      const claim = { runId: mine, startedAt: "", sources: [] };
      const lake = await FolderLake.open(folder, claim);
      await expectMadeUp(there, lake);
      for (const synthetic of [true, false]) {
        await lake.adopt(`${other}${String(synthetic)}`, async (version) => {
          const state = JSON.stringify({ format: 2, prepared: { ...prepared, synthetic } });
          await writeFiles(version, { "lake.json": state });
        });
        if (synthetic) await expectMadeUp(there, lake);
      }
      const { line } = await failure(expectMadeUp(there, lake), "usage");
      expect(line).to.match(/dev shows real data/);
      await lake.close();
    });
  });

  it("lets a run that expects another lake begin nothing", async () => {
    await withFolder(async (folder) => {
      const options = { ...usualOptions, sources: ["sample"], lake: folder, only: ["fetch"] };
      const other = new MarqueeError({ reason: "usage", what: "not this one" });
      const no = (): Promise<void> => Promise.reject(other);
      const run = runPipeline(options, quietLog(), new Date(), no);
      expect((await failure(run, "usage")).line).to.include("not this one");
      const lake = await FolderLake.open(folder, { runId: mine, startedAt: "", sources: [] });
      expect(await lake.published()).to.equal(undefined);
      await lake.close();
    });
  });
});
