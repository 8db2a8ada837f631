import path from "node:path";

import { expect } from "chai";

import { SparkEngine } from "../../jobs/engine/spark/engine.ts";
import { LocalSpark } from "../../jobs/engine/spark/local-place.ts";
import type { Manifest } from "../../jobs/engine/spark/manifest.ts";
import { submit } from "../../jobs/engine/spark/submit.ts";
import { writeTable } from "../../jobs/lake/table-files.ts";
import type { MarqueeError } from "../../errors.ts";
import type { Table } from "../../sql/catalog/types.ts";
import { tableOf } from "../support/catalog.ts";
import { failure } from "../support/errors.ts";
import { withFolder } from "../support/folder.ts";
import { withSession } from "../support/read-source.ts";
import { describeWithSpark } from "../support/spark/describe.ts";

/** A model of one column that Spark makes of links. */
async function modelOf(select: string): Promise<Table> {
  const dates = await tableOf("core.dates");
  const [column] = dates.columns;
  return {
    ...dates,
    columns: [{ ...column!, name: "found", type: "BIGINT" }],
    key: ["found"],
    cluster: [],
    select,
  };
}

describeWithSpark("Spark that fails", ({ installation }) => {
  /** How a run with this model ends. */
  async function failed(select: string, memory?: string): Promise<MarqueeError> {
    const model = await modelOf(select);
    const links = { ...(await tableOf("staging.links")), select: "" };
    const before = process.env["MARQUEE_SPARK_MEMORY"];
    if (memory !== undefined) process.env["MARQUEE_SPARK_MEMORY"] = memory;
    try {
      return await withSession(async (session, work) => {
        const rows =
          "select i as movie_id, 'tt' || i as imdb_id, i as tmdb_id from range(1, 5) t(i)";
        await writeTable(session, work, { ...links, select: rows });
        const engine = new SparkEngine(session, work, new LocalSpark(work, undefined));
        await engine.show([links]);
        return failure(
          engine.announce([model], [], () => undefined),
          memory === undefined ? "catalog" : "lake",
        );
      });
    } finally {
      if (before === undefined) delete process.env["MARQUEE_SPARK_MEMORY"];
      else process.env["MARQUEE_SPARK_MEMORY"] = before;
    }
  }

  it("says which model, in which file, and Spark's own words without a stack", async () => {
    const unknown = await failed("select nowhere as found from staging.links");
    expect(unknown.line).to.match(
      /^sql\/core\/dates\.sql: core\.dates cannot be made by Spark: .*UNRESOLVED_COLUMN.*nowhere/,
    );
    const atRuntime = await failed(
      "select cast('x' || imdb_id as bigint) as found from staging.links",
    );
    expect(atRuntime.line).to.match(/core\.dates cannot be made by Spark: .*CAST_INVALID_INPUT/);
    expect(atRuntime.line).not.to.match(/\bat org\.apache|\bat java\./);
  });

  it("says which check cannot be asked, beside others that can", () =>
    withFolder(async (folder) => {
      const check = (number: number, query: string) => ({
        table: "staging.links",
        name: `check ${number}`,
        query,
      });
      const good = Array.from({ length: 9 }, (_, number) => check(number, `select ${number}`));
      const bad = check(9, "select nowhere");
      const manifest: Manifest = {
        inputs: [],
        models: [],
        checks: [...good.slice(0, 6), bad, ...good.slice(6)],
        report: path.join(folder, "report.json"),
      };
      const circumstances = { folder, stop: undefined, begins: () => undefined };
      const [report] = await submit(installation, [manifest], circumstances);
      expect(report?.failure).to.include({ kind: "check", name: "staging.links check 9" });
      expect(report?.checks.map((one) => one.failing_rows)).to.deep.equal([0, 1, 2, 3, 4, 5]);
    }));

  it("says what is declared where a model gives something else", async () => {
    const { line } = await failed("select cast(1 as int) as found from staging.links");
    expect(line).to.include("gives found int where found bigint is declared");
  });

  it("says what to do where there is too little memory", async () => {
    const { line } = await failed("select movie_id as found from staging.links", "300m");
    expect(line).to.match(/^Spark's 300m of memory were not enough.*MARQUEE_SPARK_MEMORY/);
  });

  it("says what to do where memory runs out on the way", async () => {
    // Two gigabytes in one text.
    const select = "select cast(length(repeat(imdb_id, 500000000)) as bigint) as found";
    const { line } = await failed(`${select} from staging.links`, "600m");
    expect(line).to.equal(
      "Spark's 600m of memory were not enough for core.dates. Give it more with MARQUEE_SPARK_MEMORY, such as 8g",
    );
  });

  it("names a folder that is not there", async () => {
    await withFolder(async (work) => {
      const report = path.join(work, "report.json");
      const inputs = [{ id: "staging.links", folder: path.join(work, "nowhere") }];
      const asked = { inputs, models: [], checks: [], report };
      const circumstances = { folder: work, stop: undefined, begins: () => undefined };
      const [said] = await submit(installation, [asked], circumstances);
      expect(said?.failure?.name).to.equal("staging.links");
    });
  });

  it("does not take a driver that broke off for one that has made all", async () => {
    await withFolder(async (folder) => {
      const { id, columns, select = "" } = await modelOf("select 1 as found");
      // Without the order of its rows.
      const broken = { id, select, columns, folder: path.join(folder, "made") };
      const report = path.join(folder, "report.json");
      const asked = { inputs: [], models: [broken], checks: [], report } as unknown as Manifest;
      const circumstances = { folder, stop: undefined, begins: () => undefined };
      const [said] = await submit(installation, [asked], circumstances);
      expect(said?.failure).to.include({ kind: "driver", name: "KeyError" });
    });
  });

  it("says of a broken manifest what it lacks", async () => {
    await withFolder(async (folder) => {
      const broken = { report: path.join(folder, "report.json") } as Manifest;
      const circumstances = { folder, stop: undefined, begins: () => undefined };
      const submitted = submit(installation, [broken], circumstances);
      const { line } = await failure(submitted, "lake");
      expect(line).to.match(/is no manifest: it lacks checks, inputs, models/);
    });
  });
});
