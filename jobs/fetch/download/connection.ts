import { proxyAdvice } from "./proxy.ts";
import { Setback } from "./setback.ts";
import type { Watch } from "./watch.ts";

/** Between whom a connection was, for the line that says what became of it. */
export interface Ends {
  host: string;
  /** What was asked for. */
  name: string;
  /** Set while it is the proxy that we speak to. */
  proxy: string | undefined;
  watch: Watch;
}

const offlineAdvice =
  "Without a network: npm run pipeline makes synthetic data, and --source FOLDER reads files that you have";

const broken = /^(ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_PREMATURE_CLOSE|HPE_.*)$/;
const untrusted =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO)/;

/** What became of a request to which no answer came. */
export function requestSetback(error: unknown, ends: Ends): unknown {
  if (error instanceof Setback) return error;
  const code = codeOf(error);
  const { host, name, proxy, watch } = ends;
  if (watch.stalled) return stalled(ends, error);
  if (proxy !== undefined) {
    return new Setback({
      kind: code === "ENOTFOUND" ? "lasting" : "unreachable",
      what: `the proxy ${proxy} cannot be reached (${code ?? "it hung up"})`,
      next: proxyAdvice,
      cause: error,
    });
  }
  if (code === undefined) return error;
  if (code.startsWith("ERR_INVALID_")) {
    return new Setback({
      kind: "lasting",
      what: `the request for ${name} has a header that HTTP does not allow`,
      next: "Look at your key for it: there may be a line break in it",
      cause: error,
    });
  }
  if (broken.test(code)) return brokenOff(`${host} broke off before it gave ${name}`, code, error);
  if (untrusted.test(code)) {
    return new Setback({
      kind: "lasting",
      what: `${host} cannot be trusted to be itself (${code})`,
      next: "Look at the clock; where your network inspects TLS, let NODE_EXTRA_CA_CERTS name its certificate",
      cause: error,
    });
  }
  return new Setback({
    kind: code === "ENOTFOUND" ? "lasting" : "unreachable",
    what: `${host} cannot be reached (${code})`,
    next: offlineAdvice,
    cause: error,
  });
}

/** What became of a body that did not come to its end. */
export function bodySetback(error: unknown, ends: Ends): unknown {
  if (ends.watch.stalled) return stalled(ends, error);
  const code = codeOf(error);
  if (code === undefined) return error;
  return brokenOff(`${ends.host} broke off in the middle of ${ends.name}`, code, error);
}

/** A proxy that is there and will not connect us. */
export function proxyRefusal(status: number, proxy: string, host: string): Setback {
  return new Setback({
    kind: status >= 500 ? "unreachable" : "lasting",
    what: `the proxy ${proxy} does not connect to ${host} (${status})`,
    next: proxyAdvice,
  });
}

function brokenOff(what: string, code: string, cause: unknown): Setback {
  return new Setback({ kind: "passing", what: `${what} (${code})`, cause });
}

function stalled({ host, name, proxy, watch }: Ends, cause: unknown): Setback {
  const silent = proxy === undefined ? host : `the proxy ${proxy}`;
  const what = `${silent} has sent nothing of ${name} for ${watch.seconds} s`;
  const advice = proxy === undefined ? {} : { next: proxyAdvice };
  return new Setback({ kind: "passing", what, ...advice, cause });
}

function codeOf(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : undefined;
}
