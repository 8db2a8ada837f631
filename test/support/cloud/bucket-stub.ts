import http from "node:http";
import { buffer } from "node:stream/consumers";

import { Crc32c } from "../../../jobs/lake/bucket/crc32c.ts";
import { listening } from "../faulty-server.ts";
import { withVariables } from "../variables.ts";

/** What a client asked for: "insert", "get", "media", "list", "copy", "compose" or "delete". */
export interface Asked {
  what: string;
  name: string;
  /** The precondition, as it was sent. */
  ifGenerationMatch: string | undefined;
  bytes: number;
}

/** How a request goes wrong: a status, no answer to what was done, a broken connection, other bytes, nothing. */
export type Fault = number | "answer lost" | "hung up" | "damaged" | "cut off" | "silence";

interface StubObject {
  bytes: Buffer;
  generation: string;
  updated: number;
}

interface Answer {
  status: number;
  body?: unknown;
  headers?: http.OutgoingHttpHeaders;
}

/**
 * One bucket that holds every precondition and keeps what it was asked: what emulators leave out. It
 * speaks of the JSON API what the client needs.
 *
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects
 */
export class BucketStub {
  readonly asked: Asked[] = [];
  readonly objects = new Map<string, StubObject>();
  /** Decides what goes wrong. */
  fault: (asked: Asked) => Fault | undefined = () => undefined;
  /** Called when a request has come and before it is answered. */
  onRequest: (asked: Asked) => void = () => undefined;
  /** What a request waits for before anything is done. */
  delay: (asked: Asked) => Promise<void> = () => Promise.resolve();
  /** So many uploads to come break off in their midst. */
  breaks = 0;
  /** The next upload comes with other bytes than were sent. */
  damagesNext = false;
  readonly bucket: string;
  origin = "";
  #generations = 1000;

  constructor(bucket: string) {
    this.bucket = bucket;
  }

  put(name: string, content: string | Buffer): StubObject {
    this.#generations += 1;
    const generation = String(this.#generations);
    const object = { bytes: Buffer.from(content), generation, updated: Date.now() };
    this.objects.set(name, object);
    return object;
  }

  text(name: string): string | undefined {
    return this.objects.get(name)?.bytes.toString();
  }

  json(name: string): Record<string, unknown> {
    return JSON.parse(this.text(name) ?? "null") as Record<string, unknown>;
  }

  names(prefix = ""): string[] {
    return [...this.objects.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  /** Lets an object have been written so many seconds ago. */
  age(name: string, seconds: number): void {
    this.objects.get(name)!.updated -= seconds * 1000;
  }

  /** Requests of a kind, such as "insert lock.json". */
  asks(text: string): Asked[] {
    return this.asked.filter(({ what, name }) => `${what} ${name}`.startsWith(text));
  }

  /** Answers a request. A client may go away in its midst: then there is nobody to answer. */
  respond(request: http.IncomingMessage, response: http.ServerResponse): void {
    this.#respond(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(501).end(String(error));
    });
  }

  async #respond(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://stub");
    if (url.pathname.startsWith("/upload/") && this.breaks > 0) {
      this.breaks -= 1;
      request.once("data", () => request.socket.destroy());
      return;
    }
    const body = await buffer(request);
    const { asked, act } = this.#understood(request.method ?? "GET", url, body);
    this.asked.push(asked);
    this.onRequest(asked);
    await this.delay(asked);
    const fault = this.fault(asked);
    if (fault === "silence") return;
    if (fault === "hung up") return void request.socket.destroy();
    const isRefused = typeof fault === "number";
    const answer = isRefused ? refusal(fault) : (this.#refused(asked) ?? act());
    if (fault === "answer lost") return void request.socket.destroy();
    const bytes = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(textOf(answer.body));
    const headers = { "content-type": "application/json", ...answer.headers };
    response.writeHead(answer.status, { ...headers, "content-length": bytes.length });
    if (fault === "cut off") {
      response.write(bytes.subarray(0, bytes.length / 2), () => request.socket.destroy());
      return;
    }
    response.end(fault === "damaged" ? damagedOf(bytes) : bytes);
  }

  #refused({ what, name, ifGenerationMatch }: Asked): Answer | undefined {
    if (!["insert", "delete"].includes(what) || ifGenerationMatch === undefined) return;
    const found = this.objects.get(name)?.generation ?? "0";
    return found === ifGenerationMatch ? undefined : refusal(412);
  }

  #understood(method: string, url: URL, body: Buffer): { asked: Asked; act: () => Answer } {
    const query = url.searchParams;
    const ifGenerationMatch = query.get("ifGenerationMatch") ?? undefined;
    const told = { ifGenerationMatch, bytes: body.length };
    const as = (what: string, name: string, act: () => Answer) => ({
      asked: { what, name, ...told },
      act,
    });
    const [, bucket = "", rest = ""] = /\/b\/([^/]+)\/o(?:\/(.*))?$/.exec(url.pathname) ?? [];
    if (bucket !== this.bucket) return as("other", url.pathname, () => refusal(404));
    if (url.pathname.startsWith("/upload/")) {
      const name = query.get("name") ?? "";
      return as("insert", name, () => {
        const content = this.damagesNext ? damagedOf(contentIn(body)) : contentIn(body);
        this.damagesNext = false;
        return this.#told(name, this.put(name, content));
      });
    }
    const copy = /^(.*)\/rewriteTo\/b\/[^/]+\/o\/(.*)$/.exec(rest);
    if (copy !== null) {
      const [from = "", to = ""] = copy.slice(1).map(decodeURIComponent);
      return as("copy", to, () => {
        const found = this.objects.get(from);
        if (found === undefined) return refusal(404);
        const resource = this.#told(to, this.put(to, found.bytes)).body;
        return { status: 200, body: { done: true, resource } };
      });
    }
    const composed = /^(.*)\/compose$/.exec(rest)?.[1];
    if (composed !== undefined) {
      const to = decodeURIComponent(composed);
      return as("compose", to, () => this.#compose(to, body));
    }
    const name = decodeURIComponent(rest);
    if (name === "") return as("list", query.get("prefix") ?? "", () => this.#list(query));
    if (method === "DELETE") return as("delete", name, () => this.#delete(name));
    if (query.get("alt") === "media") return as("media", name, () => this.#media(name));
    return as("get", name, () => this.#get(name));
  }

  #compose(to: string, body: Buffer): Answer {
    const { sourceObjects } = JSON.parse(body.toString()) as { sourceObjects: { name: string }[] };
    const parts = sourceObjects.map(({ name }) => this.objects.get(name)?.bytes);
    if (parts.length > 32) return refusal(400);
    if (parts.includes(undefined)) return refusal(404);
    return this.#told(to, this.put(to, Buffer.concat(parts as Buffer[])));
  }

  #list(query: URLSearchParams): Answer {
    const names = this.names(query.get("prefix") ?? "");
    const items = names.map((name) => this.#told(name, this.objects.get(name)!).body);
    return { status: 200, body: { kind: "storage#objects", items } };
  }

  #delete(name: string): Answer {
    return this.objects.delete(name) ? { status: 204 } : refusal(404);
  }

  #media(name: string): Answer {
    const found = this.objects.get(name);
    if (found === undefined) return refusal(404);
    const headers = {
      "content-type": "application/octet-stream",
      "x-goog-hash": `crc32c=${crcOf(found.bytes)}`,
      "x-goog-stored-content-encoding": "identity",
    };
    return { status: 200, body: found.bytes, headers };
  }

  #get(name: string): Answer {
    const found = this.objects.get(name);
    return found === undefined ? refusal(404) : this.#told(name, found);
  }

  #told(name: string, { bytes, generation, updated }: StubObject): Answer {
    const times = { updated: new Date(updated).toISOString() };
    const size = String(bytes.length);
    const body = { kind: "storage#object", name, bucket: this.bucket, generation, size, ...times };
    return { status: 200, body: { ...body, crc32c: crcOf(bytes) } };
  }
}

/** A bucket of this name, and clients that find no other. */
export async function withBucketStub<T>(
  bucket: string,
  use: (stub: BucketStub) => Promise<T>,
): Promise<T> {
  const stub = new BucketStub(bucket);
  const server = http.createServer((request, response) => {
    stub.respond(request, response);
  });
  stub.origin = `http://127.0.0.1:${await listening(server)}`;
  try {
    return await withVariables({ STORAGE_EMULATOR_HOST: stub.origin }, () => use(stub));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export function crcOf(bytes: Buffer): string {
  const crc = new Crc32c();
  crc.update(bytes);
  return crc.toString();
}

function refusal(status: number): Answer {
  const message = `refused with ${status}`;
  return { status, body: { error: { code: status, message, errors: [{ message }] } } };
}

function textOf(body: unknown): string {
  return body === undefined ? "" : JSON.stringify(body);
}

/** The second part of a multipart body: what comes before it tells of it. */
function contentIn(body: Buffer): Buffer {
  const boundary = body.subarray(0, body.indexOf("\r\n"));
  const second = body.indexOf(boundary, boundary.length);
  const start = body.indexOf("\r\n\r\n", second) + 4;
  const end = body.lastIndexOf(Buffer.concat([Buffer.from("\r\n"), boundary]));
  return body.subarray(start, end);
}

function damagedOf(bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes);
  damaged[0] = (damaged[0] ?? 0) ^ 1;
  return damaged;
}
