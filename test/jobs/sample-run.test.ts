import { readFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { type SampleAccount, writeSample } from "../../scripts/sample/index.ts";
import { withFolder } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";
import { askWarehouse } from "../support/warehouse.ts";

describe("a run over synthetic data", () => {
  it("accounts for every record as the generator planned it, fault by fault", async () => {
    await withFolder(async (folder) => {
      const source = path.join(folder, "in");
      await writeSample(source, { ratings: 3000, movies: 300 });
      const lake = path.join(folder, "lake");
      const { record } = await runLocally({ sources: [source], lake });

      const origin = await readFile(path.join(source, "origin.json"), "utf8");
      const { account } = JSON.parse(origin) as { account: SampleAccount };
      const planned = Object.entries(account).map(
        ([name, { records, kept, superseded, quarantine }]) => ({
          source: name,
          read: records,
          kept,
          superseded,
          numbers: quarantine.map(({ record }) => record),
        }),
      );
      const found = record.accounts
        .filter(({ source: name }) => name !== "titles")
        .map(({ source: name, read, kept, superseded }) => ({
          source: name,
          read,
          kept,
          superseded,
          numbers: record.quarantined
            .filter((faults) => faults.source === name)
            .flatMap(({ records }) => records.map(({ recordNumber }) => recordNumber)),
        }));
      expect(found).to.have.deep.members(planned);
      expect(planned.flatMap(({ numbers }) => numbers)).to.have.length.greaterThan(10);

      const runs = await askWarehouse(
        path.join(lake, "warehouse.duckdb"),
        "select synthetic from ops.runs",
      );
      expect(runs).to.deep.equal([["true"]]);
    });
  });

  it("keeps a faulty record byte for byte", async () => {
    await withFolder(async (folder) => {
      const source = path.join(folder, "in");
      await writeSample(source, { ratings: 3000, movies: 300 });
      const { record } = await runLocally({
        sources: [source],
        lake: path.join(folder, "lake"),
        only: ["fetch", "prepare"],
      });
      for (const { file, records } of record.quarantined) {
        const text = await readFile(file, "utf8");
        for (const { record: kept } of records) {
          const stands = ["\n", "\r\n"].some((end) => text.includes(`\n${kept}${end}`));
          expect(stands, kept).to.equal(true);
        }
      }
    });
  });
});
