/** The code of a connection that did not come about: nothing of the request has left. */
export const neverSent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

/** Statuses of what may pass by itself. */
const passingStatuses = new Set([408, 429, 500, 502, 503, 504]);
const passingReasons = new Set(["rateLimitExceeded", "userRateLimitExceeded"]);

/** A request that got no answer. */
export class Unheard extends Error {
  /** What faultKind() reads. */
  readonly code: unknown;

  constructor(message: string, code: unknown) {
    super(message);
    this.code = code;
  }
}

export function noAnswer(milliseconds: number): Unheard {
  return new Unheard(`no answer within ${milliseconds / 1000} s`, "ETIMEDOUT");
}

/** A request that was refused, with what the client's own errors have of it. */
class Refusal extends Error {
  readonly code: number;
  readonly errors: readonly { reason?: string }[];

  constructor(message: string, code: number, errors: Refusal["errors"]) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}

/** What has come as the answer to a request. */
interface Answer {
  status: number;
  statusText: string;
  data: unknown;
}

/**
 * Whether BigQuery itself has answered: by a refusal, or by the JSON object that each success has but
 * that of a deletion. What stands between it and us, such as a proxy, may answer with a page.
 */
export function isAnswer({ status, data }: Answer, method: string | undefined): boolean {
  if (status < 200 || status > 299) return status < 500;
  return (typeof data === "object" && data !== null) || method === "DELETE";
}

/** The body of an answer. */
export function answerOf(answer: Answer, method: string | undefined): unknown {
  const { status, statusText, data } = answer;
  const { error } = (data ?? {}) as { error?: Partial<Refusal> };
  if (error === undefined && status >= 200 && status <= 299) {
    if (isAnswer(answer, method)) return data;
    throw new Unheard(`status ${status} with something that is no JSON`, "ECONNRESET");
  }
  const { message, code, errors } = error ?? {};
  throw new Refusal(message ?? `status ${status} ${statusText}`, code ?? status, errors ?? []);
}

/** Whether the same request may succeed a little later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof Unheard) return true;
  if (!(error instanceof Refusal)) return false;
  const { code, errors } = error;
  return passingStatuses.has(code) || errors.some(({ reason = "" }) => passingReasons.has(reason));
}
