/** A request as a double got and answered it. */
export interface Recorded {
  method: string;
  /** Without what stands behind the question mark. */
  path: string;
  query: Record<string, string>;
  body: Record<string, unknown>;
  /** 0 where the answer was lost. */
  status: number;
}

/** How a double fails. */
export interface Failing {
  status: number;
  /** Google's word for it, such as rateLimitExceeded. */
  reason?: string;
  message?: string;
  times?: number;
  /** The request is done as ever, and its answer gets lost. */
  afterwards?: boolean;
}

/** Failures that were ordered, for the next requests that are meant. */
export class OrderedFaults {
  readonly #ordered: { pattern: RegExp; how: Failing; left: number }[] = [];

  /** @param pattern of "METHOD path body", the body as JSON */
  order(pattern: RegExp, how: Failing): void {
    this.#ordered.push({ pattern, how, left: how.times ?? 1 });
  }

  /** How this request is to fail; undefined where it is not. */
  take(method: string, path: string, body: unknown): Failing | undefined {
    const text = `${method} ${path} ${JSON.stringify(body)}`;
    const fault = this.#ordered.find(({ pattern, left }) => left > 0 && pattern.test(text));
    if (fault === undefined) return undefined;
    fault.left -= 1;
    return fault.how;
  }
}

/** An error as Google's services say it. */
export function errorBody(code: number, reason: string, message: string): object {
  return { error: { code, message, errors: [{ reason, message, domain: "global" }] } };
}
