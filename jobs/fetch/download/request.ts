import { PassThrough } from "node:stream";

import fetch, { Headers, isRedirect, type Response } from "node-fetch";

import { bodySetback, type Ends, proxyRefusal, requestSetback } from "./connection.ts";
import { routeTo } from "./proxy.ts";
import { Setback } from "./setback.ts";
import { Watch } from "./watch.ts";

/** What is asked for. */
export interface Wanted {
  name: string;
  address: string;
  headers?: Record<string, string>;
}

/** What a server has answered; its body may still be on the way. */
export interface Answer {
  host: string;
  status: number;
  headers: Headers;
  /** Throws a Setback where the connection breaks or nothing comes any more. */
  body: AsyncIterable<Buffer>;
  /** Ends the connection, whatever was read of the body. */
  close: () => void;
}

const mostRedirects = 10;
const readAheadBytes = 1 << 20;

/**
 * Asks for a file and follows redirects.
 *
 * Not by node-fetch: that would send Authorization on to another port of the host, and any other
 * header to everybody.
 *
 * @param conditions headers that every server on the way may see
 * @throws Setback where no answer comes
 */
export async function ask(
  wanted: Wanted,
  conditions: Record<string, string>,
  stallSeconds: number,
): Promise<Answer> {
  let url = new URL(wanted.address);
  let own = wanted.headers ?? {};
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const answer = await send(url, wanted.name, { own, conditions, stallSeconds });
    if (!isRedirect(answer.status)) return answer;
    answer.close();
    const next = redirectedTo(answer, url, wanted);
    // Once away, they do not come back: whoever sends us there need not be a friend.
    if (next.origin !== url.origin) own = {};
    url = next;
  }
  throw misled(wanted, `${url.host} redirects more than ${mostRedirects} times`);
}

interface Request {
  own: Record<string, string>;
  conditions: Record<string, string>;
  stallSeconds: number;
}

async function send(url: URL, name: string, request: Request): Promise<Answer> {
  const watch = new Watch(request.stallSeconds);
  const ends: Ends = { host: url.host, name, proxy: undefined, watch };
  try {
    const route = routeTo(url, watch.signal);
    ends.proxy = route.proxy;
    const response = await fetch(url, {
      headers: headersOf(request),
      redirect: "manual",
      compress: false,
      agent: route.agent,
      signal: watch.signal,
    }).finally(() => {
      if (route.tunnel() === 200) ends.proxy = undefined;
    });
    if (ends.proxy !== undefined) throw proxyRefusal(route.tunnel() ?? 0, ends.proxy, url.host);
    watch.touch();
    return {
      host: url.host,
      status: response.status,
      headers: response.headers,
      body: piecesOf(response, ends),
      close: () => {
        watch.end();
      },
    };
  } catch (error) {
    watch.end();
    throw requestSetback(error, ends);
  }
}

/** Lengths and ranges count bytes as they are stored, so nothing may be packed on the way. */
function headersOf({ own, conditions }: Request): Headers {
  const headers = new Headers(own);
  const ours = { "User-Agent": "marquee", "Accept-Encoding": "identity", ...conditions };
  for (const [name, value] of Object.entries(ours)) headers.set(name, value);
  return headers;
}

/**
 * The body, with all that came before the connection broke: node-fetch throws away what is not read
 * by then, so it is read ahead.
 */
function piecesOf({ body }: Response, ends: Ends): AsyncIterable<Buffer> {
  const ahead = new PassThrough({ highWaterMark: readAheadBytes });
  let failure: unknown;
  body
    ?.on("error", (error: unknown) => {
      failure ??= error;
      body.unpipe(ahead);
      ahead.end();
    })
    .on("data", () => {
      ends.watch.touch();
    })
    .pipe(ahead);
  return (async function* () {
    for await (const piece of ahead) {
      yield piece as Buffer;
      // The time that the reader took is not the server's.
      ends.watch.touch();
    }
    if (failure !== undefined) throw bodySetback(failure, ends);
  })();
}

/**
 * Where an answer redirects to.
 *
 * @throws Setback for a redirect that leads nowhere or out of TLS
 */
export function redirectedTo(
  { host, headers }: Pick<Answer, "host" | "headers">,
  from: URL,
  wanted: Wanted,
): URL {
  const location = headers.get("location");
  if (location === null || !URL.canParse(location, from.href)) {
    throw misled(wanted, `${host} redirects to nowhere`);
  }
  const to = new URL(location, from);
  const safe = to.protocol === "https:" || to.protocol === from.protocol;
  if (!safe || to.username !== "" || to.password !== "") {
    throw misled(wanted, `${host} redirects to where Marquee does not follow`);
  }
  return to;
}

function misled({ name, address }: Wanted, what: string): Setback {
  return new Setback({
    kind: "lasting",
    what: `${what} when asked for ${name}`,
    next: `Look at ${shownAddress(address)} in a browser`,
  });
}

/** An address as it may be printed: what is behind the path may be secret. */
export function shownAddress(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
