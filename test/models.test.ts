import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { expect } from "chai";
import { parse } from "csv-parse/sync";

import { quoted, Session } from "../jobs/duckdb.ts";
import { findFiles } from "../jobs/prepare/find.ts";
import { readSource } from "../jobs/prepare/read-source.ts";
import { createTable } from "../sql/catalog/bind.ts";
import type { Catalog } from "../sql/catalog/catalog.ts";
import { duckdbType, type ColumnType, type Table } from "../sql/catalog/types.ts";
import { catalog } from "./support/catalog.ts";
import { withFolder } from "./support/folder.ts";
import { expectSameRows, type Row } from "./support/rows.ts";

/**
 * Each model has a folder test/models/<layer>/<table>/<case>/: small inputs, and expected.csv with
 * the rows worked out by hand and the schema in its header (`user_id BIGINT`). Inputs of core and
 * marts are tables (`staging.ratings.csv`, any of their columns); inputs of staging are raw files
 * under their publishers' names. In all of them an empty field is NULL and "" is an empty text.
 */
const folder = path.join(import.meta.dirname, "models");

describe("models", () => {
  let declared: Catalog;
  before(async () => {
    declared = await catalog();
  });

  it("have a test each, and every test has its model", () => {
    const models = declared.tables.filter((table) => table.layer !== "ops").map(({ id }) => id);
    const tested = readdirSync(folder).flatMap((layer) =>
      readdirSync(path.join(folder, layer)).map((name) => `${layer}.${name}`),
    );
    expect(tested.sort()).to.deep.equal(models.sort());
  });

  for (const { id, name, place } of cases()) {
    it(`${id}: ${name.replaceAll("-", " ")}`, async () => {
      const table = declared.tables.find((candidate) => candidate.id === id);
      if (table?.select === undefined) throw new Error(`no model ${id}`);
      await withFolder(async (spillFolder) => {
        const session = await Session.open({ macros: declared.macros, spillFolder });
        try {
          if (table.layer === "staging") await loadRawFiles(session, declared, place, spillFolder);
          else await loadTables(session, declared, place);
          await expectTable(session, table, path.join(place, "expected.csv"));
        } finally {
          session.close();
        }
      });
    });
  }
});

function* cases(): Iterable<{ id: string; name: string; place: string }> {
  for (const layer of existsSync(folder) ? readdirSync(folder) : []) {
    for (const table of readdirSync(path.join(folder, layer))) {
      for (const name of readdirSync(path.join(folder, layer, table))) {
        yield { id: `${layer}.${table}`, name, place: path.join(folder, layer, table, name) };
      }
    }
  }
}

async function loadRawFiles(
  session: Session,
  { sources }: Catalog,
  place: string,
  typedFolder: string,
): Promise<void> {
  const runStart = new Date("2026-01-01T00:00:00Z");
  const found = await findFiles(sources, [place], { small: false });
  for (const [source, files] of found.files) {
    await readSource(session, source, files, { typedFolder, runStart });
  }
}

async function loadTables(session: Session, { tables }: Catalog, place: string): Promise<void> {
  const inputs = new Set(readdirSync(place));
  for (const table of tables.filter(({ layer }) => layer !== "ops")) {
    await session.run(`create schema if not exists ${table.layer}`);
    await session.run(createTable(table.id, table));
    const file = path.join(place, `${table.id}.csv`);
    if (!inputs.delete(`${table.id}.csv`)) continue;
    const names = parse(readFileSync(file), { to: 1 })[0] as string[];
    const types = names.map((name) => {
      const column = table.columns.find((candidate) => candidate.name === name);
      if (column === undefined) throw new Error(`${file}: ${table.id} has no column ${name}`);
      return column.type;
    });
    await session.run(
      `insert into ${table.id} (${names.join(", ")}) from ${typedCsv(file, names, types)}`,
    );
  }
  inputs.delete("expected.csv");
  expect([...inputs], "files that are no input of a model").to.be.empty;
}

async function expectTable(session: Session, table: Table, file: string): Promise<void> {
  const header = (parse(readFileSync(file), { to: 1 })[0] as string[]).map((field) =>
    field.split(" "),
  );
  const names = header.map(([name]) => name ?? "");
  const types = header.map(([, type]) => type as ColumnType);

  await session.run(`create table actual as ${table.select ?? ""}`);
  const schema = await session.rows(
    "select column_name as name, data_type as type from duckdb_columns() where table_name = 'actual' order by column_index",
  );
  expect(schema.map(({ name, type }) => `${String(name)} ${String(type)}`)).to.deep.equal(
    names.map((name, index) => `${name} ${duckdbType[types[index] ?? "STRING"]}`),
  );
  const text = names.map((name) => `cast("${name}" as varchar)`).join(", ");
  const actual = await session.table(`select ${text} from actual`);
  const expected = await session.table(`select ${text} from ${typedCsv(file, names, types)}`);
  expectSameRows(actual as Row[], expected as Row[], types);
}

function typedCsv(file: string, names: readonly string[], types: readonly ColumnType[]): string {
  const columns = names.map(
    (name, i) => `${quoted(name)}: ${quoted(duckdbType[types[i] ?? "STRING"])}`,
  );
  return `read_csv(${quoted(file)}, auto_detect=false, header=true, delim=',', quote='"', escape='"', allow_quoted_nulls=false, columns={${columns.join(", ")}})`;
}
