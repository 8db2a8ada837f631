import http from "node:http";
import https from "node:https";

import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";

import { Setback } from "./setback.ts";

/** The way that one request takes to its host. */
export interface Route {
  agent: http.Agent;
  /** The proxy on the way, without its password. */
  proxy: string | undefined;
  /** What the proxy answered when it was asked for a tunnel; undefined before that. */
  tunnel: () => number | undefined;
}

export const proxyAdvice = "Look at HTTPS_PROXY and NO_PROXY";

/** A connection for each request: one that is kept may be closed at the far end by then. */
const connectionOptions = {
  keepAlive: false,
  // Node gives up on each address of a host after 250 ms, which a slow line takes to connect.
  autoSelectFamilyAttemptTimeout: 2000,
};

/**
 * The way to a host, through the proxy that the environment names, if any.
 *
 * @param signal closes what is still open: the agent itself waits for its proxy forever
 * @throws Setback where the environment names something that is no HTTP proxy
 */
export function routeTo(url: URL, signal: AbortSignal): Route {
  const named = getProxyForUrl(url.href);
  if (named === "") return { agent: directAgent(url), proxy: undefined, tunnel: () => undefined };

  const proxy = URL.canParse(named) ? new URL(named) : undefined;
  if (proxy === undefined || !["http:", "https:"].includes(proxy.protocol)) {
    throw new Setback({
      kind: "lasting",
      // It may hold a password, and without its parts nobody can tell where.
      what: `the proxy for ${url.host} that the environment names is no http or https address`,
      next: proxyAdvice,
    });
  }
  let status: number | undefined;
  const agent = new HttpsProxyAgent(proxy, { ...connectionOptions, signal });
  agent.on("proxyConnect", ({ statusCode }: { statusCode: number }) => (status = statusCode));
  return { agent, proxy: `${proxy.protocol}//${proxy.host}`, tunnel: () => status };
}

function directAgent({ protocol }: URL): http.Agent {
  return protocol === "https:"
    ? new https.Agent(connectionOptions)
    : new http.Agent(connectionOptions);
}
