import { once } from "node:events";
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import type { BigQueryOptions } from "@google-cloud/bigquery";
import { expect } from "chai";

import { faultKind } from "../../../../jobs/cloud/faults.ts";
import { LimitedBigQuery, mayBeDone } from "../../../../jobs/warehouse/bigquery/limits.ts";
import { listening } from "../../../support/faulty-server.ts";

describe("a request to BigQuery that is given up", () => {
  let server: http.Server;
  let origin: string;
  let sent: string[];
  /** What the server says to each request, the first one first; to all others nothing. */
  let answers: ((response: http.ServerResponse) => void)[];
  beforeEach(async () => {
    sent = [];
    answers = [];
    server = http.createServer((request, response) => {
      const { method = "", url = "" } = request;
      sent.push(`${method} ${url}`);
      request.resume();
      answers.shift()?.(response);
    });
    origin = `http://127.0.0.1:${await listening(server)}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const clientOf = (
    headers: () => Promise<Headers>,
    apiEndpoint = origin,
    other: { requestMilliseconds?: number; tryMilliseconds?: number } = {},
  ): LimitedBigQuery => {
    const authClient = { getRequestHeaders: headers } as unknown as NonNullable<
      BigQueryOptions["authClient"]
    >;
    const repeats = { maxRetries: 1, maxRetryDelay: 0.001 };
    const times = { requestMilliseconds: 1000, tryMilliseconds: 1000, ...other };
    const limits = { ...times, repeats, guard: () => undefined };
    return new LimitedBigQuery({ projectId: "any", apiEndpoint, authClient }, limits);
  };
  const failureOf = (client: LimitedBigQuery): Promise<unknown> =>
    client.createJob({ configuration: {} }).then(
      () => undefined,
      (error: unknown) => error,
    );

  it("has its connection closed, and may be done all the same", async () => {
    const connected = once(server, "connection");
    const failing = failureOf(clientOf(() => Promise.resolve(new Headers())));
    const [socket] = (await connected) as [http.IncomingMessage["socket"]];
    const closed = once(socket, "close").then(() => "closed");
    const error = await failing;
    expect(String(error)).to.match(/no answer within 1 s/);
    expect(mayBeDone(error)).to.equal(true);
    expect(await Promise.race([closed, sleep(1000, "open")])).to.equal("closed");
    expect(sent).to.have.length(1);
  });

  it("is not sent at all where it waited for credentials, and is not done then", async () => {
    const error = await failureOf(clientOf(() => sleep(1300, new Headers())));
    await sleep(500);
    expect(sent).to.deep.equal([]);
    expect(String(error)).to.match(/no answer within 1 s/);
    expect(mayBeDone(error)).to.equal(false);
  });

  const noHeaders = () => Promise.resolve(new Headers());
  const job = { jobReference: { jobId: "x" }, status: { state: "DONE" } };
  const silence = (): void => undefined;
  const done = (response: http.ServerResponse): void => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(job));
  };
  const page = (response: http.ServerResponse): void => {
    response.writeHead(200, { "content-type": "text/html" }).end("<html>Log in here</html>");
  };

  it("is none where a connection has died and the next one is sound", async () => {
    answers = [silence, done];
    // The second try has no longer than the first, also on a slow machine.
    const limits = { requestMilliseconds: 20_000, tryMilliseconds: 2000 };
    const [told] = await clientOf(noHeaders, origin, limits).createJob({ configuration: {} });
    expect(told.metadata).to.deep.equal(job);
    expect(sent).to.have.length(2);
  });

  it("may be done where a page of somebody else's comes for its answer", async () => {
    answers = [page, page];
    const error = await failureOf(clientOf(noHeaders));
    expect(String(error)).to.match(/status 200 with something that is no JSON/);
    expect(faultKind(error)).to.equal("unavailable");
    expect(mayBeDone(error)).to.equal(true);
    answers = [page, done];
    expect(await failureOf(clientOf(noHeaders))).to.equal(undefined);
    expect(sent).to.have.length(4);
  });

  it("is none where credentials could not be had for a moment", async () => {
    answers = [done];
    const broken = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    const tries = [() => Promise.reject(broken), noHeaders];
    expect(await failureOf(clientOf(() => tries.shift()!()))).to.equal(undefined);
    const refused = new Error("invalid_grant");
    const error = await failureOf(clientOf(() => Promise.reject(refused)));
    expect(error).to.equal(refused);
    expect(mayBeDone(error)).to.equal(false);
    expect(sent).to.have.length(1);
  });

  it("is not done where nobody listens", async () => {
    const headers = () => Promise.resolve(new Headers());
    const error = await failureOf(clientOf(headers, "http://127.0.0.1:1"));
    expect(String(error)).to.include("ECONNREFUSED");
    expect(mayBeDone(error)).to.equal(false);
  });
});
