import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import type { Session } from "../../../jobs/duckdb.ts";
import { DuckDBEngine } from "../../../jobs/engine/duckdb.ts";
import type { Question } from "../../../jobs/engine/engine.ts";
import type { Installation } from "../../../jobs/engine/spark/installation.ts";
import { type Manifest, manifestOf, type Report } from "../../../jobs/engine/spark/manifest.ts";
import { submit } from "../../../jobs/engine/spark/submit.ts";
import { tableFiles } from "../../../jobs/lake/table-files.ts";
import { questionsOf } from "../../../jobs/questions.ts";
import type { Catalog } from "../../../sql/catalog/catalog.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { expectSameRows, type Row } from "../rows.ts";

/** Doubles may differ by as much, relative to the larger: sums are taken in another order. */
const tolerance = 1e-9;

/** Staging tables below a root, and what each engine has made of them. */
export interface Compared {
  name: string;
  /** Roots with the tables of DuckDB and of Spark. */
  roots: { duckdb: string; spark: string };
  answers: { question: Question; duckdb: number; spark: number }[];
  report: Report;
}

/** The models of core and marts, in the order in which they are made. */
export function modelsOf({ tables }: Catalog): Table[] {
  return tables.filter(({ layer }) => layer === "core" || layer === "marts");
}

/**
 * Makes all models and asks all checks with both engines over the same staging tables: Spark is started
 * once for all of them.
 *
 * @param inputs roots with staging tables, by a name for people
 */
export async function withBothEngines(
  spark: Installation,
  session: Session,
  catalog: Catalog,
  folder: string,
  inputs: Readonly<Record<string, string>>,
): Promise<Compared[]> {
  const models = modelsOf(catalog);
  const staging = catalog.tables.filter(({ layer }) => layer === "staging");
  const questions = questionsOf({ catalog, startedAt: new Date("2026-01-01T00:00:00Z") });
  const compared: Compared[] = [];
  const manifests: Manifest[] = [];
  for (const [index, [name, input]] of Object.entries(inputs).entries()) {
    const roots = await rootsOver(path.join(folder, `set-${index}`), input);
    const engine = new DuckDBEngine(session, roots.duckdb);
    await engine.show(staging);
    for (const model of models) await engine.make(model);
    const answers: Compared["answers"] = [];
    for (const question of questions) {
      answers.push({ question, duckdb: await engine.countFailingRows(question), spark: -1 });
    }
    const report = path.join(roots.spark, "report.json");
    const at = { inputs: roots.spark, models: roots.spark, report };
    manifests.push(manifestOf(at, { shown: staging, models, questions }));
    compared.push({ name, roots, answers, report: { spark: "", models: [], checks: [] } });
  }
  const circumstances = { folder, stop: undefined, begins: () => undefined };
  const reports = await submit(spark, manifests, circumstances);
  for (const [place, each] of compared.entries()) {
    each.report = reports[place] ?? each.report;
    for (const [index, { failing_rows }] of each.report.checks.entries()) {
      const answer = each.answers[index];
      if (answer !== undefined) answer.spark = failing_rows;
    }
  }
  return compared;
}

/** A root for each engine, with links to the same staging tables. */
async function rootsOver(folder: string, input: string): Promise<Compared["roots"]> {
  const roots = { duckdb: path.join(folder, "duckdb"), spark: path.join(folder, "spark") };
  for (const root of Object.values(roots)) {
    await mkdir(root, { recursive: true });
    await symlink(path.join(input, "staging"), path.join(root, "staging"));
  }
  return roots;
}

/** Expects both engines to have made the same rows, in columns of the same types. */
export async function expectSameTable(
  session: Session,
  table: Table,
  { roots }: Pick<Compared, "roots">,
): Promise<void> {
  const [duckdb, spark] = [tableFiles(roots.duckdb, table), tableFiles(roots.spark, table)];
  const columns = (files: string) =>
    session.table(`select column_name, column_type from (describe from read_parquet(${files}))`);
  expect(await columns(spark), `${table.id}: columns`).to.deep.equal(await columns(duckdb));
  const list = table.columns.map(({ name }) => `cast("${name}" as varchar)`).join(", ");
  const rows = async (files: string) =>
    (await session.table(`select ${list} from read_parquet(${files})`)) as Row[];
  const types = table.columns.map(({ type }) => type);
  expectSameRows(await rows(spark), await rows(duckdb), types, tolerance);
}
