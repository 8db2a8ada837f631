import { BigQuery, type BigQueryOptions } from "@google-cloud/bigquery";

import { within } from "../../cloud/within.ts";

type Request = Parameters<BigQuery["request"]>;

/**
 * The client, whose requests come to an end: the limit of its own never reaches the connection, and a
 * run that waits for a dead one would go on renewing its lease.
 */
export class LimitedBigQuery extends BigQuery {
  readonly #limitMilliseconds: number;

  /** @param limitMilliseconds for a request with all its repeats */
  constructor(options: BigQueryOptions, limitMilliseconds: number) {
    super(options);
    this.#limitMilliseconds = limitMilliseconds;
  }

  /** All requests of the client come through here, those of its datasets, tables and jobs too. */
  override request(options: Request[0], callback: Request[1]): void {
    const answered = new Promise<Parameters<Request[1]>>((resolve) => {
      super.request(options, (...answer) => {
        resolve(answer);
      });
    });
    const seconds = this.#limitMilliseconds / 1000;
    void within(this.#limitMilliseconds, answered, () => noAnswer(seconds)).then(
      (answer) => {
        callback(...answer);
      },
      (error: unknown) => {
        callback(error as Error);
      },
    );
  }
}

/** What faultKind() takes for a service that does not answer. */
function noAnswer(seconds: number): Error {
  return Object.assign(new Error(`no answer within ${seconds} s`), { code: "ETIMEDOUT" });
}
