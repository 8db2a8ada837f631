import { bigquerySchema } from "../../../sql/catalog/bigquery-schema.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { faultKind } from "../../cloud/faults.ts";
import { type Connection, datasetOf, quotedName, requestFault, shownName } from "./client.ts";
import { type Load, type Loaded, loadFiles, rowsDiffer } from "./load.ts";
import { query, rowCount } from "./queries.ts";

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
 * Exchanges whole months of a table, all of them in one transaction, and touches no other. Doing it
 * again changes nothing.
 *
 * @throws MarqueeError (cloud) where it fails: the months are as they were, or, where the rows differ
 *   afterwards, the error says so
 */
export async function exchangeMonths(connection: Connection, exchange: Exchange): Promise<Loaded> {
  const start = performance.now();
  const { table, uris, months, rows, total } = exchange;
  const staging = { ...table, name: `${table.name}__${connection.runId.replaceAll("-", "_")}` };
  const purpose = { step: "exchange", of: table };
  let bytes = 0;
  try {
    if (uris.length > 0) {
      await makeStaging(connection, staging);
      const to = { table, name: staging.name, purpose: { step: "stage", of: table } };
      ({ bytes } = await loadFiles(connection, exchange, to));
    }
    if (months.length > 0) {
      const from = uris.length > 0 ? staging : undefined;
      await query(connection, exchangeScript(connection, table, months, from), purpose);
    }
  } finally {
    if (uris.length > 0) await dropStaging(connection, staging);
  }
  const counted = await rowCount(connection, table);
  if (counted !== total) throw rowsDiffer(shownName(connection.cloud, table), total, counted);
  return { table, rows, bytes, seconds: (performance.now() - start) / 1000 };
}

/**
 * The filter names the months' first days one by one, which are the values of the column: it prunes
 * partitions, and suffices where a filter is required. Rows of other months must not come in, or they
 * would be there twice: they end the transaction.
 */
function exchangeScript(
  { cloud }: Connection,
  table: Table,
  months: readonly string[],
  staging: Table | undefined,
): string {
  const { partition } = table;
  if (partition?.by !== "MONTH") throw new Error(`${table.id} is not partitioned by months`);
  const days = months.map((month) => `DATE '${month}-01'`).join(", ");
  const filter = `${partition.column} IN (${days})`;
  const into = quotedName(cloud, table);
  const columns = table.columns.map(({ name }) => `\`${name}\``);
  const guarded = table.columns.map(({ name }, index) =>
    name === partition.column
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
