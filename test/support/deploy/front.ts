import http from "node:http";
import { text } from "node:stream/consumers";

import { listening } from "../faulty-server.ts";
import { type Answer, DataprocDouble } from "./dataproc.ts";
import { Keeper } from "./keeper.ts";

type Json = Record<string, unknown>;

/** Where the doubles behind the front listen. */
export interface Behind {
  storage: string;
  bigquery: string;
}

/** One address for all services, as custom endpoints of the provider name it. */
export interface Front {
  origin: string;
  dataproc: DataprocDouble;
  /** What was asked for and answered by nobody: a service that has no double. */
  unknown: string[];
  close: () => void;
}

/**
 * Stands before the doubles and keeps what they forget: a bucket's lifecycle, its grants, a table's
 * required filter. What a double says itself counts, and only what it leaves out is filled in.
 */
export async function startFront(behind: Behind): Promise<Front> {
  const keeper = new Keeper();
  const dataproc = new DataprocDouble();
  const unknown: string[] = [];
  const answer = async (method: string, url: URL, body: Json): Promise<Answer> => {
    const { pathname } = url;
    const [, service = "", rest = ""] = /^\/([^/]+)\/v\d\/(.*)$/.exec(pathname) ?? [];
    if (service === "dataproc") return dataproc.answer(method, rest, body);
    const project = /^projects\/([^/]+)$/.exec(rest)?.[1];
    if (service === "compute" && project !== undefined) return projectOf(project);
    if (service !== "storage" && service !== "bigquery") {
      unknown.push(`${method} ${pathname}`);
      return faultOf(404, "there is no double");
    }
    const own = keeper.ownAnswer(method, pathname, body);
    if (own !== undefined) return own;
    const said = await ask(method, `${behind[service]}${pathname}${url.search}`, body);
    return keeper.filled(method, pathname, body, said);
  };
  const server = http.createServer((request, response) => {
    const { method = "GET", url = "/" } = request;
    void (async () => {
      const told = await text(request);
      const body = (told === "" ? {} : JSON.parse(told)) as Json;
      const { status, body: said } = await answer(method, new URL(url, "http://front"), body);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(said === undefined ? "" : JSON.stringify(said));
    })().catch((error: unknown) => {
      unknown.push(String(error));
      response.writeHead(400).end(JSON.stringify(faultOf(400, String(error)).body));
    });
  });
  const origin = `http://127.0.0.1:${await listening(server)}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin, dataproc, unknown, close };
}

async function ask(method: string, address: string, body: Json): Promise<Answer> {
  const hasBody = !["GET", "DELETE"].includes(method);
  const response = await fetch(address, {
    method,
    headers: { "content-type": "application/json" },
    ...(hasBody ? { body: JSON.stringify(body) } : {}),
  });
  const { status } = response;
  const said = await response.text();
  if (said === "") return { status, body: undefined };
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return isJson ? { status, body: JSON.parse(said) } : faultOf(status, said);
}

/** Buckets tell their project's number, and Terraform asks Compute Engine whose it is. */
function projectOf(name: string): Answer {
  return { status: 200, body: { kind: "compute#project", id: "1", name } };
}

function faultOf(status: number, message: string): Answer {
  return { status, body: { error: { code: status, message } } };
}
