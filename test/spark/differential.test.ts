import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { AssertionError, expect } from "chai";

import { Session } from "../../jobs/duckdb.ts";
import { catalog } from "../support/catalog.ts";
import { needRealData, realDataIsThere } from "../support/real-data.ts";
import {
  type Compared,
  expectSameTable,
  modelsOf,
  withBothEngines,
} from "../support/spark/both-engines.ts";
import { describeWithEverySpark, someSparkIsThere } from "../support/spark/describe.ts";
import { expectFooters } from "../support/spark/footers.ts";
import { values } from "../support/spark/nasty.ts";
import { prepareSets, realFiles, setNames } from "../support/spark/sets.ts";

const all = await catalog();
const models = modelsOf(all);

/** The name that takes no NULLs meets them nowhere else: checks of severity error stop such a run. */
const takesNoNulls = "three_best is promised no NULLs, and staging.ratings promises to have none";

/** Where the engines are known to differ, by set and table, and why. A long list would be a fault. */
const gaps: Readonly<Record<string, string>> = {
  "NULLs in every column, marts.top_movies_by_user": takesNoNulls,
};

describe("the same tables from Spark and DuckDB", () => {
  let folder: string;
  let session: Session;
  let inputs: Record<string, string>;

  before(async function () {
    if (!someSparkIsThere) this.skip();
    folder = await mkdtemp(path.join(os.tmpdir(), "marquee-test-"));
    session = await Session.open({ macros: all.macros, spillFolder: path.join(folder, "spill") });
    inputs = await prepareSets(session, folder);
  });
  after(async () => {
    if (!someSparkIsThere) return;
    session.close();
    await rm(folder, { recursive: true, force: true });
  });

  describeWithEverySpark(({ installation, promised }) => {
    let compared: Compared[];
    // One Spark over the real files is enough: the made-up sets are what tells versions apart.
    const names = setNames.filter((name) => promised === undefined || name !== realFiles);

    // All sets in one go: starting Spark takes longer than most of them.
    before(async () => {
      const work = await mkdtemp(path.join(folder, "spark-"));
      const some = Object.entries(inputs).filter(([name]) => names.includes(name));
      compared = await withBothEngines(installation, session, all, work, Object.fromEntries(some));
    });

    const setNamed = (name: string): Compared => {
      const found = compared.find((each) => each.name === name);
      if (found === undefined) throw new Error(`nobody compared ${name}`);
      return found;
    };

    for (const name of names) {
      describe(name, () => {
        before(function () {
          if (name === realFiles) needRealData(this, "Spark over the real files");
        });

        it("goes through Spark whole", () => {
          const { failure } = setNamed(name).report;
          expect(failure, failure?.message).to.equal(undefined);
        });
        for (const table of models) {
          it(`gives the same ${table.id}`, async () => {
            const reason = gaps[`${name}, ${table.id}`];
            const difference = await expectSameTable(session, table, setNamed(name)).then(
              () => undefined,
              (error: unknown) => error,
            );
            if (reason === undefined && difference !== undefined) throw difference as Error;
            // Rows that differ: another error would be another fault.
            if (reason !== undefined)
              expect(difference, `is no gap any more: ${reason}`).to.be.instanceOf(AssertionError);
          });
        }
        it("gives the same answer to every check", () => {
          const differing = setNamed(name).answers.filter(({ duckdb, spark }) => duckdb !== spark);
          const told = differing.map(({ question: { table, check }, duckdb, spark }) => {
            return `${table.id} ${check.name}: DuckDB ${duckdb}, Spark ${spark}`;
          });
          const known = (text: string) => Object.keys(gaps).some((gap) => text.startsWith(gap));
          expect(told.filter((text) => !known(`${name}, ${text}`))).to.deep.equal([]);
        });
        it("lies in files that the warehouse loads as declared, whichever engine wrote them", async () => {
          const { roots } = setNamed(name);
          for (const root of [roots.duckdb, roots.spark]) {
            for (const table of models) await expectFooters(session, root, table);
          }
        });
      });
    }

    it("come from data in which films have all the texts, and many are there", async () => {
      const { roots } = setNamed("ties, extremes and names from everywhere");
      const titles = `read_parquet('${roots.duckdb}/core/movies/*.parquet')`;
      const texts = values.STRING.map((text) => `(${text})`).join(", ");
      const missing = await session.table(
        `select text from (values ${texts}) t(text) where text not in (
           select title from ${titles} where title is not null)`,
      );
      expect(missing, "texts that are no film's title").to.deep.equal([]);
      expect(await session.number(`select count(*) from ${titles}`)).to.be.above(100);
    });

    it("are all tables of core and marts, and all checks, of all sets", () => {
      const made = all.tables.filter(({ layer }) => ["core", "marts"].includes(layer));
      const promises = all.tables
        .filter(({ layer }) => layer !== "ops")
        .reduce((sum, { checks }) => sum + checks.length, 0);
      const there = names.filter((name) => realDataIsThere || name !== realFiles);
      expect(compared.map(({ name }) => name)).to.deep.equal(there);
      for (const { report, answers } of compared) {
        expect(report.models.map(({ id }) => id)).to.deep.equal(made.map(({ id }) => id));
        expect(answers).to.have.length(promises);
        expect(report.checks).to.have.length(promises);
      }
    });

    if (promised === undefined) return;
    it("come from the versions that are promised", async () => {
      for (const { report } of compared) expect(report.spark).to.equal(promised.spark);
      const java = path.join(installation.java, "bin", "java");
      const { stderr } = await promisify(execFile)(java, ["-version"]);
      expect(stderr).to.include(`version "${promised.java}.`);
    });
  });
});
