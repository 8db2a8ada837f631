import type { Headers } from "node-fetch";

import { MarqueeError } from "../../../errors.ts";
import type { Kept, Note } from "./part.ts";
import { type Answer, shownAddress, type Wanted } from "./request.ts";
import { RefusedWith, Setback } from "./setback.ts";

/** What identifies a version of a file at its publisher. */
export interface Stamp {
  etag?: string | undefined;
  lastModified?: string | undefined;
}

/** What an answer says of the bytes that follow, or of those already here. */
export type Verdict =
  /** Bytes follow, of which the first has the place `from` and the last that before `end`. */
  | { kind: "bytes"; from: number; end: number | undefined; note: Note }
  /** All bytes are here. */
  | { kind: "whole"; note: Note }
  /** What is here does not belong to what the server has now. */
  | { kind: "stale" }
  /** The server has the version that is known. */
  | { kind: "unchanged" };

export interface Expectation {
  wanted: Wanted;
  /** More bytes than this are refused. */
  limit: number;
  kept: Kept | undefined;
  known: Stamp | undefined;
  longestWaitSeconds: number;
}

/** The headers that ask for no more than is needed. */
export function conditionsOf({
  kept,
  known,
}: Pick<Expectation, "kept" | "known">): Record<string, string> {
  return {
    ...(known?.etag !== undefined && { "If-None-Match": known.etag }),
    ...(known?.lastModified !== undefined && { "If-Modified-Since": known.lastModified }),
    ...(kept !== undefined && { Range: `bytes=${kept.received}-`, "If-Range": kept.note.ifRange }),
  };
}

/**
 * Reads the head of an answer.
 *
 * @throws Setback for a status that is a refusal
 * @throws MarqueeError (network) for contents that cannot be the file
 */
export function judge(answer: Answer, expected: Expectation): Verdict {
  const { status, headers } = answer;
  const { kept, known } = expected;
  if (status === 304 && isConditional(known)) return { kind: "unchanged" };
  if (status === 416 && kept !== undefined) return judgeEnd(headers, kept);
  if (status !== 200 && !(status === 206 && kept !== undefined)) throw refusal(answer, expected);

  expectPlainFile(headers, expected.wanted);
  const verdict =
    status === 206 && kept !== undefined
      ? judgeRest(headers, kept)
      : fromStart(headers, expected.wanted);
  if (verdict.kind === "bytes") expectWithinLimit(verdict.note.total ?? 0, expected);
  return verdict;
}

/** @throws MarqueeError (network) for a file that is far too large to be the one */
export function expectWithinLimit(
  bytes: number,
  { limit, wanted }: Pick<Expectation, "limit" | "wanted">,
): void {
  if (bytes <= limit) return;
  throw new MarqueeError({
    reason: "network",
    what: `${shownAddress(wanted.address)} is larger than ${wanted.name} can be, which is ${limit} bytes`,
    next: "Look there with a browser: the publisher may have put another file in its place",
  });
}

function isConditional(known: Stamp | undefined): boolean {
  return known?.etag !== undefined || known?.lastModified !== undefined;
}

function fromStart(headers: Headers, { address }: Wanted): Verdict {
  const total = wholeNumber(headers.get("content-length"));
  const note = { address, ...stampOf(headers), total, ifRange: validatorOf(headers) };
  return { kind: "bytes", from: 0, end: total, note };
}

/** Only what is proven to be the rest of the same version may be put behind what is here. */
function judgeRest(headers: Headers, { received, note }: Kept): Verdict {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get("content-range") ?? "");
  const [from, last, total] = (range ?? []).slice(1).map(Number);
  if (from !== received || last === undefined || total === undefined) return { kind: "stale" };
  if (last < from || last >= total) return { kind: "stale" };
  if (note.total !== undefined && total !== note.total) return { kind: "stale" };
  const shown = stampOf(headers);
  const isProven = [shown.etag, shown.lastModified].includes(note.ifRange);
  if (!isProven || contradicts(shown, note)) return { kind: "stale" };
  return { kind: "bytes", from, end: last + 1, note: { ...note, total } };
}

function judgeEnd(headers: Headers, { received, note }: Kept): Verdict {
  const total = /^bytes \*\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
  const isWhole = received === note.total && (total === undefined || Number(total) === received);
  return isWhole && !contradicts(stampOf(headers), note)
    ? { kind: "whole", note }
    : { kind: "stale" };
}

function contradicts(shown: Stamp, noted: Stamp): boolean {
  const differs = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && a !== b;
  return differs(shown.etag, noted.etag) || differs(shown.lastModified, noted.lastModified);
}

function stampOf(headers: Headers): Stamp {
  return {
    etag: headers.get("etag") ?? undefined,
    lastModified: headers.get("last-modified") ?? undefined,
  };
}

/**
 * What a later request for the rest can be held against: a weak ETag cannot, nor can a date of
 * change within the second in which the answer was made, as the file may have changed again.
 */
function validatorOf(headers: Headers): string | undefined {
  const { etag, lastModified } = stampOf(headers);
  if (etag !== undefined && !etag.startsWith("W/")) return etag;
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(lastModified ?? "");
  return age >= 1000 ? lastModified : undefined;
}

/** @throws MarqueeError (network) where the head says already that it is something else */
function expectPlainFile(headers: Headers, { name, address }: Wanted): void {
  const type = headers.get("content-type") ?? "";
  if (/^\s*text\/html\b/i.test(type)) throw inPlaceOf("an HTML page", name, address);
  const encoding = headers.get("content-encoding") ?? "identity";
  if (!/^\s*(identity)?\s*$/i.test(encoding)) {
    throw inPlaceOf("bytes that are packed once more (Content-Encoding)", name, address);
  }
}

/** One line for contents that are not what was asked for. */
export function inPlaceOf(what: string, name: string, address: string): MarqueeError {
  return new MarqueeError({
    reason: "network",
    what: `${shownAddress(address)} sent ${what} in place of ${name}`,
    next: "Look there with a browser: it may ask you to log in or to agree to something",
  });
}

function refusal({ host, status, headers }: Answer, { wanted, ...expected }: Expectation): Setback {
  const { name, address } = wanted;
  const cause = new RefusedWith(status);
  const next = `Look at ${shownAddress(address)} in a browser`;
  if (status === 401 || status === 403) {
    return new Setback({
      kind: "lasting",
      what: `${host} refuses access to ${name} (${status})`,
      next,
      cause,
    });
  }
  if (status === 404 || status === 410) {
    return new Setback({
      kind: "lasting",
      what: `${host} has no ${name} (${status})`,
      next,
      cause,
    });
  }
  if (status !== 408 && status !== 429 && status < 500) {
    return new Setback({
      kind: "lasting",
      what: `${host} does not give ${name} (${status})`,
      next,
      cause,
    });
  }
  const waitSeconds = secondsToWait(headers.get("retry-after"));
  if (waitSeconds !== undefined && waitSeconds > expected.longestWaitSeconds) {
    const what = `${host} asks to wait ${waitSeconds} s before it gives ${name} (${status})`;
    return new Setback({ kind: "lasting", what, next: "Run again after that", cause });
  }
  const what = `${host} cannot give ${name} at the moment (${status})`;
  return new Setback({ kind: "passing", what, waitSeconds, cause });
}

/** Retry-After says seconds, or a date. */
function secondsToWait(retryAfter: string | null): number | undefined {
  const seconds = wholeNumber(retryAfter);
  if (seconds !== undefined) return seconds;
  const date = Date.parse(retryAfter ?? "");
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
