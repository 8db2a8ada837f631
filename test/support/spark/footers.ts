import { expect } from "chai";

import type { Session } from "../../../jobs/duckdb.ts";
import { tableFiles } from "../../../jobs/lake/table-files.ts";
import type { ColumnType, Table } from "../../../sql/catalog/types.ts";

interface Footer {
  physical: string;
  /** What the older and the newer annotation may say; "" is none. */
  converted: RegExp;
  logical: RegExp;
}

/** How the warehouse wants each type in a Parquet file. A whole number needs no annotation. */
const footers: Record<ColumnType, Footer> = {
  BIGINT: { physical: "INT64", converted: /^(INT_64)?$/, logical: /^(IntType\(.*64.*\))?$/ },
  DOUBLE: { physical: "DOUBLE", converted: /^$/, logical: /^$/ },
  STRING: { physical: "BYTE_ARRAY", converted: /^UTF8$/, logical: /^(StringType\(.*\))?$/ },
  BOOLEAN: { physical: "BOOLEAN", converted: /^$/, logical: /^$/ },
  DATE: { physical: "INT32", converted: /^DATE$/, logical: /^(DateType\(.*\))?$/ },
  TIMESTAMP: {
    physical: "INT64",
    converted: /^TIMESTAMP_MICROS$/,
    // The newer annotation alone tells an instant from a clock on some wall.
    logical: /^TimestampType\(isAdjustedToUTC=1, .*MICROS=MicroSeconds\(\)/,
  },
};

/** Expects a table's files to hold the declared columns, typed for the warehouse, as zstd. */
export async function expectFooters(session: Session, root: string, table: Table): Promise<void> {
  const files = tableFiles(root, table);
  // The first line is the file's root, which has children and no type.
  const written = (await session.table(
    `select file_name, name, type, coalesce(converted_type, ''), coalesce(logical_type, '')
     from parquet_schema(${files}) where num_children is null or num_children = 0`,
  )) as string[][];
  expect(written, `${table.id}: nothing was written`).not.to.deep.equal([]);
  for (const file of new Set(written.map(([name]) => name))) {
    const columns = written.filter(([name]) => name === file);
    const names = columns.map(([, name]) => name);
    expect(names, `${table.id}: columns`).to.deep.equal(table.columns.map(({ name }) => name));
    for (const [index, { name, type }] of table.columns.entries()) {
      const [, , physical, converted, logical] = columns[index]!;
      const { [type]: wanted } = footers;
      expect(physical, `${table.id}.${name}`).to.equal(wanted.physical);
      expect(converted, `${table.id}.${name}`).to.match(wanted.converted);
      expect(logical, `${table.id}.${name}`).to.match(wanted.logical);
    }
  }
  const rows = await session.number(`select count(*) from read_parquet(${files})`);
  const codecs = await session.table(`select distinct compression from parquet_metadata(${files})`);
  // No rows, nothing to pack.
  expect(codecs, `${table.id}: codecs`).to.deep.equal(rows === 0 ? [] : [["ZSTD"]]);
}
