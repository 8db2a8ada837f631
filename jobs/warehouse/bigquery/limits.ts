import { BigQuery, type BigQueryOptions } from "@google-cloud/bigquery";
import { gaxios } from "google-auth-library";
import pRetry from "p-retry";

import { messageOf } from "../../../errors.ts";
import { faultKind } from "../../cloud/faults.ts";
import { within } from "../../cloud/within.ts";
import { answerOf, isAnswer, isPassing, neverSent, noAnswer, Unheard } from "./answers.ts";

type Callback = Parameters<BigQuery["request"]>[1];

/** A request as the client makes it up, with the whole address. */
interface Asked {
  method?: string;
  uri: string;
  qs?: Record<string, string | number | boolean | undefined>;
  json?: { configuration?: { dryRun?: boolean } };
  headers?: Record<string, string>;
}

/** How far requests go. */
export interface Limits {
  /** For a request with all its repeats. */
  requestMilliseconds: number;
  /** For one try of it: a connection that died says nothing, and the next one may be sound. */
  tryMilliseconds: number;
  repeats: Repeats;
  /** Asked before each sending of what changes something: fails where that is not to be any more. */
  guard: () => void;
}

/** How a request is repeated that got no answer, or 429 or 5xx: 2, 4, 8 and so on seconds apart. */
export interface Repeats {
  maxRetries: number;
  /** The longest pause, in seconds. */
  maxRetryDelay?: number;
}

/** What the client writes into a query for itself, to know how it reads pages. */
const ownNotes = new Set(["autoPaginate", "autoPaginateVal"]);

/** Errors of requests that were sent and not heard of. */
const unheard = new WeakSet<object>();

/** Whether what was asked for may be done although the request for it failed: an answer was lost. */
export function mayBeDone(error: unknown): boolean {
  return typeof error === "object" && error !== null && unheard.has(error);
}

/**
 * The client, whose requests come to an end: the limit of its own never reaches the connection, and a
 * run that waits for a dead one would go on renewing its lease. Its own way of sending can neither be
 * stopped nor asked before it repeats a request, so that one which is long given up could begin a job
 * when its connection breaks. Requests are therefore sent from here, where the limit closes the
 * connection.
 */
export class LimitedBigQuery extends BigQuery {
  readonly #limits: Limits;
  readonly #http = new gaxios.Gaxios();

  constructor(options: BigQueryOptions, limits: Limits) {
    super(options);
    this.#limits = limits;
    const { getCredentials, authClient } = this.makeAuthenticatedRequest;
    // All requests come through here, those of datasets, tables and jobs too; none of ours is a stream.
    const ask = (asked: Asked, callback: Callback): void => {
      void this.#ask(asked).then(
        (body) => {
          callback(null, body);
        },
        (error: unknown) => {
          callback(error as Error);
        },
      );
    };
    this.makeAuthenticatedRequest = Object.assign(ask, {
      getCredentials,
      authClient,
    }) as unknown as BigQuery["makeAuthenticatedRequest"];
  }

  async #ask(asked: Asked): Promise<unknown> {
    const { requestMilliseconds, repeats } = this.#limits;
    const longest = (repeats.maxRetryDelay ?? Infinity) * 1000;
    const controller = new AbortController();
    const { signal } = controller;
    const sent = { isUnheard: false };
    const work = pRetry(() => this.#send(asked, signal, sent), {
      retries: repeats.maxRetries,
      minTimeout: Math.min(2000, longest),
      maxTimeout: longest,
      signal,
      shouldRetry: ({ error }) => !signal.aborted && isPassing(error),
    });
    try {
      return await within(requestMilliseconds, work, () => {
        const late = noAnswer(requestMilliseconds);
        controller.abort(late);
        return late;
      });
    } catch (error) {
      if (sent.isUnheard) unheard.add(error as object);
      throw error;
    }
  }

  /** Sends a request once. */
  async #send(asked: Asked, signal: AbortSignal, sent: { isUnheard: boolean }): Promise<unknown> {
    const headers = await this.#credentials();
    for (const [name, value] of Object.entries(asked.headers ?? {})) headers.set(name, value);
    // Credentials may have been waited for.
    signal.throwIfAborted();
    if (changesSomething(asked)) this.#limits.guard();
    const wasUnheard = sent.isUnheard;
    sent.isUnheard = true;
    const ofTry = AbortSignal.timeout(this.#limits.tryMilliseconds);
    const answer = await this.#http
      .request<unknown>({
        url: addressOf(asked),
        method: asked.method as "GET",
        headers,
        ...(asked.json === undefined ? {} : { data: asked.json }),
        signal: AbortSignal.any([signal, ofTry]),
        responseType: "json",
        validateStatus: () => true,
      })
      .catch((error: unknown) => {
        if (ofTry.aborted) throw noAnswer(this.#limits.tryMilliseconds);
        const { message, code } = error as { message: string; code?: unknown };
        if (neverSent.has(String(code))) sent.isUnheard = wasUnheard;
        // Not the error itself, which holds the request with its credentials.
        throw new Unheard(message, code);
      });
    // A fault at Google, or one between it and us, may have come after it was done.
    if (isAnswer(answer, asked.method)) sent.isUnheard = wasUnheard;
    return answerOf(answer, asked.method);
  }

  /** What is asked of Google for them may fail for a while, too. */
  async #credentials(): Promise<Headers> {
    return this.authClient.getRequestHeaders().catch((error: unknown) => {
      if (faultKind(error) !== "unavailable") throw error;
      throw new Unheard(messageOf(error), (error as { code?: unknown }).code);
    });
  }
}

/** Cancelling is always allowed: it ends what the run has begun itself. So is dropping its own tables. */
function changesSomething({ method, uri, json }: Asked): boolean {
  if (method === "PATCH") return true;
  return method === "POST" && !uri.endsWith("/cancel") && json?.configuration?.dryRun !== true;
}

function addressOf({ uri, qs = {} }: Asked): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(qs)) {
    if (value !== undefined && !ownNotes.has(name)) query.set(name, String(value));
  }
  return `${uri}?${query.toString()}`;
}
