import { bigquerySchema } from "../../../sql/catalog/bigquery-schema.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { faultKind } from "../../cloud/faults.ts";
import { type Connection, datasetOf, quotedName, requestFault, shownName } from "./client.ts";
import { type Load, type Loaded, loadFiles, rowsDiffer } from "./load.ts";
import type { Change } from "./marks.ts";
import { byteCap, dryRun, isBeyondCap, lookAt, query, rowCount } from "./queries.ts";

/** Months of a table that are to hold other rows. */
export interface Exchange extends Load {
  /** As 2015-01; one that has no rows in the files is emptied. */
  months: readonly string[];
  /** Rows of the whole table afterwards, as the engine counts them. */
  total: number;
}

/** So long a staging table is kept where it could not be dropped. */
const dayMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Whether months of a table can be exchanged within the byte cap of a query: what is deleted is scanned
 * once, and so is what comes. Nothing is run, and nothing is paid.
 */
export async function exchangeFits(
  connection: Connection,
  { table, months, rows }: Pick<Exchange, "table" | "months" | "rows">,
): Promise<boolean> {
  if (months.length === 0) return true;
  const columns = table.columns.map(({ name }) => `\`${name}\``).join(", ");
  const held = `SELECT ${columns} FROM ${quotedName(connection.cloud, table)} WHERE ${monthsFilter(table, months)}`;
  // Not the script itself, of which a dry run may tell nothing.
  const deleted = await dryRun(connection, held, { step: "exchange", of: table });
  const { numBytes = 0, numRows = 0 } = await lookAt(connection, table);
  const bytesOfRow = Number(numBytes) / Math.max(1, Number(numRows));
  return deleted + rows * bytesOfRow <= Number(byteCap(connection));
}

/**
 * Exchanges whole months of a table, all of them in one transaction, and touches no other. Doing it
 * again changes nothing.
 *
 * @returns undefined where BigQuery refuses it for what it would scan: the months are as they were
 * @throws MarqueeError (cloud) where it fails: the months are as they were, or, where the rows differ
 *   afterwards, the error says so
 */
export async function exchangeMonths(
  connection: Connection,
  exchange: Exchange,
): Promise<Loaded | undefined> {
  const start = performance.now();
  const { table, uris, months, rows, total } = exchange;
  const staging = { ...table, name: `${table.name}__${connection.runId.replaceAll("-", "_")}` };
  const purpose = { step: "exchange" satisfies Change, of: table };
  let bytes = 0;
  try {
    if (uris.length > 0) {
      await makeStaging(connection, staging);
      const staged = { step: "stage" satisfies Change, of: table };
      const to = { table, name: staging.name, purpose: staged };
      ({ bytes } = await loadFiles(connection, exchange, to));
    }
    if (months.length > 0) {
      const from = uris.length > 0 ? staging : undefined;
      await query(connection, exchangeScript(connection, table, months, from), purpose);
    }
  } catch (error) {
    if (!isBeyondCap(error)) throw error;
    return undefined;
  } finally {
    if (uris.length > 0) await dropStaging(connection, staging);
  }
  const counted = await rowCount(connection, table);
  if (counted !== total) throw rowsDiffer(shownName(connection.cloud, table), total, counted);
  return { table, rows, bytes, seconds: (performance.now() - start) / 1000 };
}

/**
 * The months' first days one by one, which are the values of the column: that prunes partitions, and
 * suffices where a filter is required.
 */
function monthsFilter({ id, partition }: Table, months: readonly string[]): string {
  if (partition?.by !== "MONTH") throw new Error(`${id} is not partitioned by months`);
  const days = months.map((month) => `DATE '${month}-01'`).join(", ");
  return `${partition.column} IN (${days})`;
}

/**
 * Rows of other months must not come in, or they would be there twice: they end the transaction.
 */
function exchangeScript(
  { cloud }: Connection,
  table: Table,
  months: readonly string[],
  staging: Table | undefined,
): string {
  const filter = monthsFilter(table, months);
  const into = quotedName(cloud, table);
  const columns = table.columns.map(({ name }) => `\`${name}\``);
  const guarded = table.columns.map(({ name }, index) =>
    name === table.partition?.column
      ? `IF(${filter}, ${name}, ERROR('a row of another month'))`
      : columns[index],
  );
  const insert = (from: Table): string =>
    `INSERT INTO ${into} (${columns.join(", ")}) SELECT ${guarded.join(", ")} FROM ${quotedName(cloud, from)}`;
  return [
    "BEGIN TRANSACTION",
    `DELETE FROM ${into} WHERE ${filter}`,
    ...(staging === undefined ? [] : [insert(staging)]),
    "COMMIT TRANSACTION",
  ]
    .map((statement) => `${statement};`)
    .join("\n");
}

async function makeStaging(connection: Connection, staging: Table): Promise<void> {
  const { client, cloud } = connection;
  const dataset = datasetOf(cloud, staging);
  const name = shownName(cloud, staging);
  await client
    .dataset(dataset)
    .createTable(staging.name, {
      schema: { fields: bigquerySchema(staging) },
      expirationTime: String(Date.now() + dayMilliseconds),
    })
    .catch((error: unknown) => {
      // It was made, and the answer was lost.
      if (faultKind(error) === "conflict") return;
      const what = `making the table ${name}`;
      throw requestFault(error, connection, { what, dataset, on: `the dataset ${dataset}` });
    });
}

async function dropStaging(connection: Connection, staging: Table): Promise<void> {
  const { client, cloud } = connection;
  const dataset = datasetOf(cloud, staging);
  const name = shownName(cloud, staging);
  await client
    .dataset(dataset)
    .table(staging.name)
    .delete({ ignoreNotFound: true })
    .catch((error: unknown) => {
      const what = `dropping the table ${name}`;
      throw requestFault(error, connection, { what, dataset, on: `the table ${name}` });
    });
}
