import { once } from "node:events";
import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import net, { type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/** Answers one request, or leaves it unanswered. */
export type Reply = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** What a server was asked. */
export interface Seen {
  path: string;
  headers: IncomingHttpHeaders;
}

export interface FaultyServer {
  origin: string;
  /** Of whatever it serves. */
  address: string;
  host: string;
  seen: Seen[];
}

/** One version of a file at a publisher. */
export interface Stored {
  body: Buffer;
  etag?: string | undefined;
  lastModified?: string | undefined;
}

/** How a server differs from one that does everything right. */
export interface Manner {
  ignoresRange?: boolean;
  /** Sends the range that is asked for, whatever version it was asked for. */
  ignoresIfRange?: boolean;
  /** Leaves Content-Length out. */
  chunked?: boolean;
  /** Sends so many bytes of its answer and then… */
  cutAt?: number;
  cut?: "close" | "reset" | "stall";
  /** Takes the place of what it would say; undefined leaves a header out. */
  headers?: Record<string, string | undefined>;
  /** Takes the place of the bytes that it would send. */
  sends?: Buffer;
}

/** Runs a server that gives one reply after the other, the last one again and again. */
export async function withServer<T>(
  replies: Reply | readonly Reply[],
  use: (server: FaultyServer) => Promise<T>,
): Promise<T> {
  const inTurn = typeof replies === "function" ? [replies] : replies;
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    const reply = inTurn[Math.min(seen.length, inTurn.length - 1)]!;
    seen.push({ path: request.url ?? "", headers: request.headers });
    request.socket.on("error", () => undefined);
    reply(request, response);
  });
  const port = await listening(server);
  try {
    const [origin, host] = [`http://127.0.0.1:${port}`, `127.0.0.1:${port}`];
    return await use({ origin, address: `${origin}/file`, host, seen });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Serves a file, rightly but for its manner. */
export function serve(stored: Stored, manner: Manner = {}): Reply {
  return (request, response) => {
    const { status, headers, body } = answerTo(request.headers, stored, manner);
    const sent = manner.sends ?? body;
    const wanted: OutgoingHttpHeaders = { ...headers, ...manner.headers };
    const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
    response.writeHead(status, Object.fromEntries(given));
    const isCut = manner.cut !== undefined && (manner.cutAt ?? 0) < sent.length;
    if (!isCut) {
      response.end(sent);
      return;
    }
    response.flushHeaders();
    const { socket } = request;
    response.write(sent.subarray(0, Math.max(1, manner.cutAt ?? 0)), () => {
      if (manner.cut === "close") socket.destroy();
      // What is still in the receiver's buffer is lost with a reset.
      if (manner.cut === "reset") setTimeout(() => socket.resetAndDestroy(), 5);
    });
  };
}

function answerTo(
  asked: IncomingHttpHeaders,
  { body, etag, lastModified }: Stored,
  { ignoresRange = false, ignoresIfRange = false, chunked = false }: Manner,
): { status: number; headers: OutgoingHttpHeaders; body: Buffer } {
  const stamps = { etag, "last-modified": lastModified };
  const isKnown =
    asked["if-none-match"] === undefined
      ? asked["if-modified-since"] !== undefined && asked["if-modified-since"] === lastModified
      : asked["if-none-match"] === etag;
  if (isKnown) return { status: 304, headers: stamps, body: Buffer.alloc(0) };

  const from = Number(/^bytes=(\d+)-$/.exec(asked.range ?? "")?.[1] ?? Number.NaN);
  const holds =
    ignoresIfRange || [undefined, etag, lastModified].includes(asked["if-range"] as string);
  const length = (bytes: number): OutgoingHttpHeaders =>
    chunked ? {} : { "content-length": bytes };
  if (Number.isNaN(from) || ignoresRange || !holds) {
    return { status: 200, headers: { ...stamps, ...length(body.length) }, body };
  }
  if (from >= body.length) {
    const headers = { ...stamps, "content-range": `bytes */${body.length}` };
    return { status: 416, headers, body: Buffer.alloc(0) };
  }
  const rest = body.subarray(from);
  const range = `bytes ${from}-${body.length - 1}/${body.length}`;
  const headers = { ...stamps, "content-range": range, ...length(rest.length) };
  return { status: 206, headers, body: rest };
}

/** Answers with a status and a short text. */
export function answer(status: number, headers: OutgoingHttpHeaders = {}, text = ""): Reply {
  return (_request, response) => response.writeHead(status, headers).end(text);
}

export function redirect(location: string, status = 302): Reply {
  return answer(status, { location });
}

/** Takes the request and never answers. */
export const silence: Reply = () => undefined;

export const hangUp: Reply = ({ socket }) => socket.destroy();

/** Answers with whatever bytes, as HTTP or not. */
export function raw(text: string | Buffer): Reply {
  return ({ socket }) => socket.end(text);
}

/** What a proxy was asked to connect to, and with which headers. */
export interface Tunnelling {
  url: string;
  headers: IncomingHttpHeaders;
}

/** Runs a proxy that answers each CONNECT with these bytes, or with silence. */
export async function withProxy<T>(
  reply: string | undefined,
  use: (host: string, asked: Tunnelling[], sockets: Duplex[]) => Promise<T>,
): Promise<T> {
  const asked: Tunnelling[] = [];
  const sockets: Duplex[] = [];
  const proxy = http.createServer();
  proxy.on("connect", ({ url, headers }: http.IncomingMessage, socket: Duplex) => {
    asked.push({ url: url ?? "", headers });
    sockets.push(socket.on("error", () => undefined).resume());
    if (reply !== undefined) socket.end(reply);
  });
  const port = await listening(proxy);
  try {
    return await use(`127.0.0.1:${port}`, asked, sockets);
  } finally {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  }
}

/** Runs a proxy that connects everybody to this host, whomever they asked for. */
export async function withTunnel<T>(
  to: string,
  use: (host: string, asked: string[]) => Promise<T>,
): Promise<T> {
  const asked: string[] = [];
  const proxy = http.createServer();
  const [host, targetPort] = to.split(":");
  proxy.on("connect", ({ url }: http.IncomingMessage, socket: Duplex) => {
    asked.push(url ?? "");
    socket.on("error", () => undefined).write("HTTP/1.1 200 Connection Established\r\n\r\n");
    const target = net.connect(Number(targetPort), host).on("error", () => undefined);
    target.on("close", () => socket.destroy());
    socket.on("close", () => target.destroy());
    socket.pipe(target).pipe(socket);
  });
  const port = await listening(proxy);
  try {
    return await use(`127.0.0.1:${port}`, asked);
  } finally {
    proxy.close();
  }
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  const port = await listening(server);
  server.close();
  await once(server, "close");
  return port;
}

export async function listening(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
