import http from "node:http";
import { text } from "node:stream/consumers";

import { listening } from "../faulty-server.ts";
import { errorBody, type Failing, OrderedFaults, type Recorded } from "./faults.ts";

export type Asked = Omit<Recorded, "status">;

/** What a service says. */
export interface Said {
  status: number;
  body: unknown;
}

/** A server that keeps what it was asked, and fails where that was ordered. */
export interface RecordingServer {
  origin: string;
  requests: Recorded[];
  /** @param pattern of "METHOD path body", the body as JSON */
  failNext: (pattern: RegExp, how: Failing) => void;
  close: () => void;
}

/** Serves JSON, each answer as it is given. */
export async function startRecording(
  answer: (asked: Asked) => Promise<Said> | Said,
): Promise<RecordingServer> {
  const requests: Recorded[] = [];
  const faults = new OrderedFaults();
  const respond = async (
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://double");
    const told = await text(request);
    const body = (told === "" ? {} : JSON.parse(told)) as Record<string, unknown>;
    const { method = "GET" } = request;
    const asked = { method, path: pathname, query: Object.fromEntries(searchParams), body };
    // Recorded as it came, whatever is made of it afterwards.
    const recorded: Recorded = { ...structuredClone(asked), status: 0 };
    requests.push(recorded);
    const failing = faults.take(method, pathname, body);
    const isRefused = failing !== undefined && failing.afterwards !== true;
    const said = isRefused ? refusal(failing) : await answer(asked);
    if (failing?.afterwards === true) {
      request.socket.destroy();
      return;
    }
    recorded.status = said.status;
    response.writeHead(said.status, { "content-type": "application/json" });
    response.end(said.body === undefined ? "" : JSON.stringify(said.body));
  };
  const server = http.createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(501).end(JSON.stringify(errorBody(501, "double", String(error))));
    });
  });
  const origin = `http://127.0.0.1:${await listening(server)}`;
  return {
    origin,
    requests,
    failNext: (pattern, how) => {
      faults.order(pattern, how);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function refusal({ status, reason = "backendError", message = "ordered" }: Failing): Said {
  return { status, body: errorBody(status, reason, message) };
}
