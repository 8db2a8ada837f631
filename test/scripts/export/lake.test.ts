import { existsSync, rmSync, symlinkSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { type LeftOut, planExport } from "../../../scripts/export/plan.ts";
import { publishedVersion } from "../../../scripts/export/version.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { failure } from "../../support/errors.ts";
import { exported, filesBelow, oddLake, oddTable, withSession } from "../../support/export.ts";

/** A lake of two tables, and what a run does that publishes other rows. */
async function changingLake(
  folder: string,
): Promise<{ lake: string; publishNext: () => void; removeOld: () => void }> {
  const lake = await oddLake(folder, [row(1)]);
  const versions = path.join(lake, "versions");
  const old = path.join(versions, "publish-run");
  const source = await oddLake(`${folder}-next`, [row(2)]);
  await cp(path.join(source, "versions/publish-run"), path.join(versions, "next"), {
    recursive: true,
  });
  for (const marts of [path.join(old, "marts"), path.join(versions, "next", "marts")]) {
    await cp(path.join(marts, "odd"), path.join(marts, "even"), { recursive: true });
  }
  return {
    lake,
    publishNext: () => {
      rmSync(path.join(lake, "current"));
      symlinkSync("versions/next", path.join(lake, "current"));
    },
    removeOld: () => {
      rmSync(old, { recursive: true });
    },
  };
}

const row = (number: number): string => `(${number}, 0.5, 'a', true, null, null)`;

describe("the lake of an export", () => {
  let folder: string;
  let odd: Table;
  const place = (name: string): string => path.join(folder, name);
  const twoTables = (): Table[] => [odd, { ...odd, id: "marts.even", name: "even" }];

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "marquee-test-"));
    odd = await oddTable();
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("stays with its version when a run publishes meanwhile", async () => {
    const { lake: changing, publishNext } = await changingLake(place("stays"));
    const to = place("stays-files");
    const manifest = await exported({ lake: changing, to }, { wrote: publishNext }, twoTables);
    expect(manifest.version.run_id).to.equal("publish-run");
    for (const { name } of twoTables()) {
      expect(await readFile(path.join(to, `marts/${name}.csv`), "utf8")).to.match(/\n1,0\.5,a/);
    }
    expect((await exported({ lake: changing, to }, {}, twoTables)).version.run_id).to.equal("next");
    expect(await readFile(path.join(to, "marts/odd.csv"), "utf8")).to.match(/\n2,0\.5,a/);
  });

  it("says so when a run takes its version away, before or while it writes", async () => {
    const { lake: changing, publishNext, removeOld } = await changingLake(place("gone"));
    const version = await publishedVersion(changing);
    const to = place("gone-files");
    const wrote = (): void => {
      publishNext();
      removeOld();
    };
    const line = /newer tables in .* meanwhile.* Run the export again$/;
    const halfway = exported({ lake: changing, to }, { wrote }, twoTables);
    expect((await failure(halfway, "lake")).line).to.match(line);
    expect(await filesBelow(to)).to.deep.equal(["marts/odd.csv"]);
    expect(await readdir(to)).to.deep.equal(["marts"]);
    await withSession(async (session) => {
      const late = planExport(session, version, twoTables());
      expect((await failure(late, "lake")).line).to.match(line);
    });
  });

  it("leaves out, and says so, what an older Marquee has not made", async () => {
    const { lake: made } = await changingLake(place("older"));
    const [column] = odd.columns;
    const newColumn = { ...odd, columns: [...odd.columns, { ...column!, name: "newer" }] };
    const otherType = { ...odd, columns: [{ ...column!, type: "DOUBLE" as const }] };
    const newTable = { ...odd, id: "marts.newer", name: "newer" };
    const to = place("older-files");
    for (const [table, why] of [
      [newColumn, "the lake's files have no column newer yet"],
      [otherType, "its column a_bigint is BIGINT in the lake's files, not DOUBLE"],
      [newTable, "the lake has no such table yet"],
    ] as const) {
      const said: string[] = [];
      const leftOut = (table: LeftOut): number => said.push(table.why);
      const even = twoTables()[1]!;
      const manifest = await exported({ lake: made, to }, { leftOut }, () => [table, even]);
      expect(said).to.deep.equal([why]);
      expect(manifest.left_out).to.deep.equal([{ table: table.id, why }]);
      expect(manifest.tables.map(({ table: id }) => id)).to.deep.equal(["marts.even"]);
      const nothing = exported({ lake: made, to: place("none") }, {}, () => [table]);
      expect((await failure(nothing, "usage")).line)
        .to.include(why)
        .and.to.include("pipeline");
    }
    expect(existsSync(place("none"))).to.be.false;
  });

  it("says that a file of the lake is damaged", async () => {
    const { lake: made } = await changingLake(place("damaged"));
    const file = path.join(made, "current/marts/odd/part-00000.parquet");
    const whole = await readFile(file);
    const spoilt = Buffer.from(whole);
    // The head and the foot stay, so that it shows only once rows are read.
    spoilt.fill(0xff, 4, 60);
    for (const bytes of [spoilt, whole.subarray(0, 100)]) {
      await writeFile(file, bytes);
      const to = place("damaged-files");
      const error = await failure(exported({ lake: made, to }, {}, twoTables), "lake");
      expect(error.line).to.match(/marts\/odd holds no whole Parquet files.*pipeline/);
      expect(await filesBelow(to).catch(() => [])).to.deep.equal([]);
    }
  });
});
