import { once } from "node:events";
import http from "node:http";
import { buffer } from "node:stream/consumers";

import { listening } from "../faulty-server.ts";
import { withVariables } from "../variables.ts";
import { errorBody } from "./faults.ts";
import type { Worker } from "./dataproc-double-jobs.ts";
import { onStage, type Stage } from "./stage.ts";

/**
 * How a request goes wrong: a status; a connection that breaks in the midst of what is sent, of which
 * nothing is kept; an answer to what was done that never comes.
 */
export type StorageFault = 503 | "broken off" | "answer lost";

/** A request as it passed. */
export interface Passed {
  /** What was asked for and the name: "upload current.json", "copy", "list", "download", "look". */
  what: string;
  fault: StorageFault | undefined;
  /** 0 where no answer went back. */
  status: number;
  /** How much of its body came. */
  bytes: number;
}

export interface HowOften {
  times?: number;
  /** So many go well before. */
  behind?: number;
}

/** What stands before the double of Cloud Storage, and fails where that was ordered. */
export interface FlakyStorage {
  origin: string;
  passed: Passed[];
  /** @param pattern of what was asked for and the name */
  failNext: (pattern: RegExp, fault: StorageFault, how?: HowOften) => void;
  close: () => void;
}

/** Behind so many bytes a connection breaks: some of it has come by then, and not all. */
export const bytesBeforeBreak = 64 * 1024;

export async function startFlakyStorage(behind: string): Promise<FlakyStorage> {
  const passed: Passed[] = [];
  const ordered: ({ pattern: RegExp; fault: StorageFault } & Required<HowOften>)[] = [];
  const faultFor = (what: string): StorageFault | undefined => {
    const found = ordered.find(({ pattern, times }) => times > 0 && pattern.test(what));
    if (found === undefined) return undefined;
    const isLater = found.behind > 0;
    found[isLater ? "behind" : "times"] -= 1;
    return isLater ? undefined : found.fault;
  };
  const respond = async (
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> => {
    const what = whatOf(request);
    const record: Passed = { what, fault: faultFor(what), status: 0, bytes: 0 };
    passed.push(record);
    const { fault } = record;
    if (fault === "broken off") {
      await breakOff(request, record);
      return;
    }
    const body = await buffer(request);
    record.bytes = body.length;
    const said = fault === 503 ? refusal() : await passOn(behind, request, body);
    if (fault === "answer lost") {
      request.socket.destroy();
      return;
    }
    record.status = said.status;
    response.writeHead(said.status, said.headers).end(said.body);
  };
  const server = http.createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(501).end(String(error));
    });
  });
  return {
    origin: `http://127.0.0.1:${await listening(server)}`,
    passed,
    failNext: (pattern, fault, { times = 1, behind = 0 } = {}) => {
      ordered.push({ pattern, fault, times, behind });
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A stage whose clients of Cloud Storage go by way of one that fails where that was ordered. */
export async function onFlakyStage(
  worker: Worker,
  use: (stage: Stage, storage: FlakyStorage) => Promise<void>,
): Promise<void> {
  await onStage(worker, async (stage) => {
    const storage = await startFlakyStorage(stage.environment.doubles.storage);
    try {
      const way = { STORAGE_EMULATOR_HOST: storage.origin };
      await withVariables(way, () => use(stage, storage));
    } finally {
      storage.close();
    }
  });
}

function whatOf({ method, url = "/" }: http.IncomingMessage): string {
  const { pathname, searchParams } = new URL(url, "http://double");
  if (pathname.startsWith("/upload/")) return `upload ${searchParams.get("name") ?? ""}`;
  const [, name = ""] = /\/b\/[^/]+\/o\/([^/]+)/.exec(pathname) ?? [];
  const [, copied] = /\/rewriteTo\/b\/[^/]+\/o\/([^/]+)$/.exec(pathname) ?? [];
  if (copied !== undefined) return `copy ${decodeURIComponent(copied)}`;
  if (method === "DELETE") return `delete ${decodeURIComponent(name)}`;
  if (name === "") return `list ${searchParams.get("prefix") ?? ""}`;
  const isDownload = searchParams.get("alt") === "media";
  return `${isDownload ? "download" : "look"} ${decodeURIComponent(name)}`;
}

/** Takes some of what is sent and hangs up. */
async function breakOff(request: http.IncomingMessage, record: Passed): Promise<void> {
  const { socket } = request;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    record.bytes += (chunk as Buffer).length;
    if (record.bytes >= bytesBeforeBreak) break;
  }
  if (request.complete) throw new Error(`all of ${record.what} came, before it could break off`);
  socket.resetAndDestroy();
}

interface Said {
  status: number;
  headers: http.OutgoingHttpHeaders;
  body: Buffer;
}

async function passOn(
  behind: string,
  { method, url = "/", headers }: http.IncomingMessage,
  body: Buffer,
): Promise<Said> {
  // It comes in chunks and goes on as a whole, to another host.
  const isKept = ([name]: [string, unknown]): boolean =>
    !["host", "transfer-encoding"].includes(name);
  const kept = Object.fromEntries(Object.entries(headers).filter(isKept));
  const length = body.length > 0 ? { "content-length": body.length } : {};
  const how = { method, headers: { ...kept, ...length } };
  const asked = http.request(new URL(url, behind), how);
  asked.end(body);
  const [answer] = (await once(asked, "response")) as [http.IncomingMessage];
  const given = await buffer(answer);
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: given };
}

function refusal(): Said {
  const body = Buffer.from(JSON.stringify(errorBody(503, "backendError", "Service Unavailable")));
  return { status: 503, headers: { "content-type": "application/json" }, body };
}
