import type { FormattedMetadata } from "@google-cloud/bigquery";

import { MarqueeError, messageOf } from "../../../errors.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { faultKind } from "../../cloud/faults.ts";
import { workLabels } from "../../cloud/labels.ts";
import { type Connection, datasetOf, requestFault, shownName } from "./client.ts";
import { JobFailure, runJob } from "./jobs.ts";
import type { Purpose } from "./marks.ts";

/** The most that one query may scan: ten times what the largest table holds at full size. */
const queryGibibytes = 10;

/** A row by its columns; a BIGINT beyond 2^53 is a bigint. */
export type QueriedRow = Record<string, unknown>;

/** The byte cap of a query, as the API has it. */
export function byteCap(connection: Pick<Connection, "cloud">): string {
  return String(BigInt(gibibytesAtMost(connection)) * 2n ** 30n);
}

/** A whole day's allowance can be less. */
function gibibytesAtMost({ cloud }: Pick<Connection, "cloud">): number {
  return Math.min(queryGibibytes, cloud.settings.dailyQueryGibibytes);
}

/** Whether something was not done because it would have scanned more than the cap. */
export function isBeyondCap(error: unknown): boolean {
  const { cause = error } = (error ?? {}) as { cause?: unknown };
  // A job that failed says it otherwise than a request that was refused.
  const { reason, errors } = (cause ?? {}) as { reason?: unknown; errors?: unknown };
  const [first] = Array.isArray(errors) ? (errors as { reason?: unknown }[]) : [];
  return [reason, first?.reason].includes("bytesBilledLimitExceeded");
}

/**
 * Runs a query, which may be a script of several statements, and gives the rows of its last SELECT.
 *
 * @throws MarqueeError (cloud) where it is refused, fails or would scan more than the cap
 */
export async function query(
  connection: Connection,
  sql: string,
  purpose: Purpose,
): Promise<QueriedRow[]> {
  try {
    const { job } = await runJob(connection, purpose, {
      query: { query: sql, useLegacySql: false, maximumBytesBilled: byteCap(connection) },
    });
    const [rows] = await job.getQueryResults({
      wrapIntegers: { integerTypeCastFunction: wholeNumber },
    });
    return rows as QueriedRow[];
  } catch (error) {
    throw queryFault(error, connection, purpose);
  }
}

/**
 * Bytes that a query would scan; nothing is run, and nothing is paid. There is no cap here, or the
 * answer for a query beyond it would be a refusal.
 *
 * @throws MarqueeError (cloud) where the query is refused
 */
export async function dryRun(
  connection: Connection,
  sql: string,
  purpose: Purpose,
): Promise<number> {
  const { client, cloud, runId } = connection;
  try {
    const [, answer] = await client.createJob({
      configuration: {
        dryRun: true,
        labels: workLabels(cloud, "warehouse", { runId, step: purpose.step }),
        query: { query: sql, useLegacySql: false },
      },
    });
    const { statistics } = answer;
    return Number(statistics?.totalBytesProcessed ?? statistics?.query?.totalBytesProcessed ?? 0);
  } catch (error) {
    throw queryFault(error, connection, purpose);
  }
}

/** Rows of a table, as BigQuery's own records of it say: nothing is scanned. */
export async function rowCount(
  connection: Connection,
  table: Pick<Table, "layer" | "name">,
): Promise<number> {
  const { numRows } = await lookAt(connection, table);
  return Number(numRows ?? 0);
}

/** All that BigQuery says of a table beside its rows. */
export async function lookAt(
  connection: Connection,
  table: Pick<Table, "layer" | "name">,
): Promise<FormattedMetadata> {
  const { client, cloud } = connection;
  const dataset = datasetOf(cloud, table);
  try {
    const answer = await client.dataset(dataset).table(table.name).getMetadata();
    return answer[0] as FormattedMetadata;
  } catch (error) {
    const name = shownName(cloud, table);
    const what = `looking at the table ${name}`;
    throw requestFault(error, connection, { what, dataset, on: `the table ${name}` });
  }
}

function queryFault(error: unknown, connection: Connection, { step, of }: Purpose): MarqueeError {
  const { cloud } = connection;
  const about = of === undefined ? "" : ` of ${of.layer}.${of.name}`;
  const what = `the query for ${step}${about}`;
  if (isBeyondCap(error)) {
    const said = messageOf(error);
    return new MarqueeError({
      reason: "cloud",
      what: `${what} would scan more than the cap of ${gibibytesAtMost(connection)} GiB: ${said}`,
      next: "Ask for fewer columns or months",
      cause: error,
    });
  }
  if (error instanceof JobFailure && faultKind(error) === "other") {
    return new MarqueeError({
      reason: "cloud",
      what: `${what} failed: ${error.message} (${error.reason}, job ${error.jobId})`,
      next: "Look at the job in the console; what was there before is intact",
      cause: error,
    });
  }
  const on = `something that it reads (${messageOf(error)})`;
  const dataset = cloud.names.datasets[(of?.layer ?? "marts") as Table["layer"]];
  return requestFault(error, connection, { what, dataset, on });
}

function wholeNumber(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
