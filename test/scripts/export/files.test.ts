import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";
import { parse } from "csv-parse/sync";

import { quoted } from "../../../jobs/duckdb.ts";
import { type Format, formats } from "../../../scripts/export/formats.ts";
import { type Column, type ColumnType, duckdbType } from "../../../sql/catalog/types.ts";
import { catalog, tableOf } from "../../support/catalog.ts";
import { exported, oddLake, oddTable, withSession } from "../../support/export.ts";
import { runLocally } from "../../support/pipeline.ts";
import { tinyFiles, tinySource } from "../../support/tiny-source.ts";
import { askAll } from "../../support/warehouse.ts";

type Value = string | number | boolean | null;

interface ReadTable {
  names: string[];
  rows: Value[][];
}

/** All that a careless writer would break. */
const nastyTitle = "Zwei, \"drei\"\nvier\r\nfünf \\n \t 😀 \u2028 NULL 'x'";

async function nastySource(folder: string): Promise<string> {
  const field = `"${nastyTitle.replaceAll('"', '""')}"`;
  return tinySource(folder, {
    "movies_metadata.csv": tinyFiles["movies_metadata.csv"]!.replaceAll(",Two,", `,${field},`),
    "ratings.csv": `${tinyFiles["ratings.csv"]!}x,"1,0",4.0,946684800\n`,
  });
}

/** Each format as another reader than the writer finds it, instants as microseconds since 1970. */
const readers: Record<Format, (file: string, columns: readonly Column[]) => Promise<ReadTable>> = {
  csv: async (file, columns) => {
    const records: (string | null)[][] = parse(await readFile(file), {
      record_delimiter: "\n",
      cast: (text, { quoting }) => (text === "" && !quoting ? null : text),
    });
    const rows = records.slice(1).map((row) => withMicroseconds(row, columns));
    return { names: records[0]!.map(String), rows };
  },
  json: async (file, columns) => {
    const lines = (await readFile(file, "utf8")).split("\n");
    expect(lines.pop(), "behind the last line").to.equal("");
    const objects = lines.map((line) => JSON.parse(line) as Record<string, Value>);
    // A file without a row does not tell the names.
    const names = objects[0] ? Object.keys(objects[0]) : columns.map(({ name }) => name);
    const rows = objects.map((object) => withMicroseconds(Object.values(object), columns));
    for (const [place, { type }] of columns.entries()) {
      const forms = new Set(objects.map((object) => typeof Object.values(object)[place]));
      forms.delete("object");
      expect([...forms]).to.deep.oneOf([[], [jsonTypes[type] ?? "string"]]);
    }
    return { names, rows };
  },
  parquet: async (file, columns) =>
    withSession(async (session) => {
      const from = `read_parquet(${quoted(file)})`;
      const described = await session.table(`describe from ${from}`);
      expect(described.map(([, type]) => type)).to.deep.equal(
        columns.map(({ type }) => duckdbType[type]),
      );
      const packed = `select distinct compression from parquet_metadata(${quoted(file)})`;
      expect(await session.table(packed)).to.deep.oneOf([[], [["ZSTD"]]]);
      const rows = await session.table(`select ${texts(columns)} from ${from}`);
      return { names: described.map(([name]) => String(name)), rows: rows as Value[][] };
    }),
};

/** What is no text in JSON. */
const jsonTypes: Partial<Record<ColumnType, string>> = {
  BIGINT: "number",
  DOUBLE: "number",
  BOOLEAN: "boolean",
};

function withMicroseconds(row: readonly Value[], columns: readonly Column[]): Value[] {
  return row.map((value, place) =>
    columns[place]?.type === "TIMESTAMP" ? microseconds(value) : value,
  );
}

/** Columns as DuckDB's text, and instants as microseconds since 1970. */
function texts(columns: readonly Column[]): string {
  const expressions = columns.map(({ name, type }) =>
    type === "TIMESTAMP" ? `epoch_us("${name}")::varchar` : `"${name}"::varchar`,
  );
  return expressions.join(", ");
}

/** The same text if, and only if, the value is the same to the last bit. */
function exact(value: Value | undefined, type: ColumnType): string | null {
  if (value === null || value === undefined) return null;
  if (type === "DOUBLE") return Buffer.from(Float64Array.of(Number(value)).buffer).toString("hex");
  return String(value);
}

/** Takes an instant in no other form than the promised one. */
function microseconds(value: Value): Value {
  if (value === null) return null;
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{0,5}[1-9]))?Z$/.exec(String(value));
  expect(parts, String(value)).not.to.equal(null);
  const seconds = Date.parse(`${parts![1]!}Z`) / 1000;
  return String(BigInt(seconds) * 1_000_000n + BigInt((parts![2] ?? "").padEnd(6, "0")));
}

describe("an export's files", () => {
  let folder: string;
  let lake: string;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "marquee-test-"));
    lake = path.join(folder, "lake");
    await runLocally({ sources: [await nastySource(path.join(folder, "in"))], lake });
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  for (const format of formats) {
    it(`hold as ${format} what the warehouse holds, row by row`, async () => {
      const to = path.join(folder, `all-${format}`);
      const manifest = await exported({ lake, format, tables: ["*"], to });
      const { tables } = await catalog();
      expect(manifest.tables.map(({ table }) => table)).to.deep.equal(tables.map(({ id }) => id));

      const queries = tables.map(({ id, columns }) => `select ${texts(columns)} from ${id}`);
      const wanted = await askAll(path.join(lake, "warehouse.duckdb"), queries);
      for (const [index, { id, layer, name, columns }] of tables.entries()) {
        const file = path.join(to, layer, `${name}.${format}`);
        const found = await readers[format](file, columns);
        expect(found.names, id).to.deep.equal(columns.map((column) => column.name));
        const exactly = (row: Value[]): Value[] =>
          columns.map(({ type }, place) => exact(row[place], type));
        expect(found.rows.map(exactly), id).to.deep.equal(wanted[index]!.map(exactly));

        const bytes = await readFile(file);
        const sha256 = createHash("sha256").update(bytes).digest("hex");
        const { length } = wanted[index]!;
        expect(manifest.tables[index], id).to.include({
          rows: length,
          bytes: bytes.length,
          sha256,
        });
      }
      const { columns } = await tableOf("staging.movies");
      const movies = await readers[format](path.join(to, `staging/movies.${format}`), columns);
      expect(movies.rows.flat()).to.include(nastyTitle);
    });
  }

  it("hold values that no pipeline gives, and the rows in the order of the lake", async () => {
    const odd = await oddTable();
    const parts = [
      `(9223372036854775807, 0.1::double + 0.2::double, '', true, '2000-01-01', '2000-01-01 00:00:00Z'),
       (-9007199254740993, '-0.0', ' "" ', false, '0001-12-31', '1969-12-31 23:59:59.999999Z'),
       (null, null, null, null, null, null)`,
      `(3, 5e-324, 'null', null, null, '2000-01-01 00:00:00.1Z'), (2, 'nan', chr(13), null, null, null),
       (1, '-inf', chr(10), null, null, null), (0, 1.7976931348623157e308, ',', null, null, null)`,
    ];
    const made = await oddLake(path.join(folder, "odd"), parts);
    const to = path.join(folder, "odd-files");
    for (const format of formats) {
      await exported({ lake: made, format, tables: ["marts.odd"], to }, {}, () => [odd]);
    }
    expect(await readFile(path.join(to, "marts/odd.csv"), "utf8")).to.equal(
      [
        "a_bigint,a_double,a_string,a_boolean,a_date,a_timestamp",
        '9223372036854775807,0.30000000000000004,"",true,2000-01-01,2000-01-01T00:00:00Z',
        '-9007199254740993,-0.0," """" ",false,0001-12-31,1969-12-31T23:59:59.999999Z',
        ",,,,,",
        "3,5e-324,null,,,2000-01-01T00:00:00.1Z",
        '2,nan,"\r",,,',
        '1,-inf,"\n",,,',
        '0,1.7976931348623157e+308,",",,,',
        "",
      ].join("\n"),
    );
    const lines = (await readFile(path.join(to, "marts/odd.json"), "utf8")).split("\n");
    expect(lines[0]).to.equal(
      '{"a_bigint":9223372036854775807,"a_double":0.30000000000000004,"a_string":"","a_boolean":true,"a_date":"2000-01-01","a_timestamp":"2000-01-01T00:00:00Z"}',
    );
    const objects = lines.slice(0, -1).map((line) => JSON.parse(line) as Record<string, Value>);
    expect(lines[1]).to.match(/^\{"a_bigint":-9007199254740993,/);
    expect(objects.map((object) => object["a_double"])).to.deep.equal([
      0.1 + 0.2,
      -0,
      null,
      5e-324,
      "nan",
      "-inf",
      Number.MAX_VALUE,
    ]);
    expect(Object.values(objects[2]!)).to.deep.equal(Array(6).fill(null));
    const parquet = await withSession((session) =>
      session.table(
        `select a_bigint, a_double, a_string from ${quoted(path.join(to, "marts/odd.parquet"))}`,
      ),
    );
    expect(parquet).to.deep.equal([
      [9223372036854775807n, 0.1 + 0.2, ""],
      [-9007199254740993n, -0, ' "" '],
      [null, null, null],
      [3n, 5e-324, "null"],
      [2n, NaN, "\r"],
      [1n, -Infinity, "\n"],
      [0n, Number.MAX_VALUE, ","],
    ]);
  });
});
