import { MarqueeError } from "../../errors.ts";
import { bootstrapCommand, type Cloud, deployCommand } from "./cloud.ts";

/** What Google Cloud means by an error, whichever of its clients says it. */
export type FaultKind =
  | "credentials"
  | "disabled"
  | "forbidden"
  | "missing"
  | "conflict"
  | "quota"
  | "unavailable"
  | "other";

/** What was being done when it failed, for the one line that a person reads. */
export interface Doing {
  /** Such as "uploading staging/ratings to gs://lake". */
  what: string;
  /** The role, and on what, that it asks for: "roles/storage.objectUser on the bucket lake". */
  needs: string;
  /** The resource that is missing where it is: "the bucket gs://lake". */
  on: string;
}

/** Error codes of gRPC beside those of HTTP. @see https://grpc.io/docs/guides/status-codes/ */
const kindsByCode: Readonly<Record<number, FaultKind>> = {
  401: "credentials",
  16: "credentials",
  403: "forbidden",
  7: "forbidden",
  404: "missing",
  5: "missing",
  409: "conflict",
  412: "conflict",
  6: "conflict",
  9: "conflict",
  408: "unavailable",
  429: "quota",
  8: "quota",
  500: "unavailable",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
  13: "unavailable",
  14: "unavailable",
  4: "unavailable",
};

/** Requests without an answer in time, as the editions of node-fetch tell of them. */
const tooLate =
  /network timeout at:|timeout while trying to fetch|(request|body)-timeout|operation was aborted/;

/** The quota that settings bound by daily_query_gibibytes. @see stacks/operations.ts */
const ownBound = /QueryUsagePerDay\b|query usage per day(?! per user)/i;

/** A person's own credentials name no project that calls of an API count in. */
const noQuotaProject = /requires a quota project/i;

/** Kinds that only the words tell, since one code stands for several. */
const kindsByWords: readonly (readonly [RegExp, FaultKind])[] = [
  [
    /default credentials|invalid_grant|invalid authentication|unauthenticated|reauth/i,
    "credentials",
  ],
  [noQuotaProject, "credentials"],
  [/SERVICE_DISABLED|accessNotConfigured|has not been used in project|is disabled/, "disabled"],
  [
    /quotaExceeded|rateLimitExceeded|RESOURCE_EXHAUSTED|Insufficient '.*' quota|Custom quota exceeded/,
    "quota",
  ],
  [ownBound, "quota"],
  [
    /ECONNREFUSED|ERR_STREAM_PREMATURE_CLOSE|Premature close|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|socket hang up/,
    "unavailable",
  ],
  [tooLate, "unavailable"],
];

export function faultKind(error: unknown): FaultKind {
  const { code, errors, message, type } = (error ?? {}) as Record<string, unknown>;
  const words = [code, message, type, JSON.stringify([errors])].map(String).join(" ");
  const byWords = kindsByWords.find(([pattern]) => pattern.test(words))?.[1];
  return byWords ?? kindsByCode[Number(code)] ?? "other";
}

/** Turns what a client of Google Cloud throws into the one line that a person reads. */
export function cloudFault(error: unknown, doing: Doing, cloud: Cloud): MarqueeError {
  if (error instanceof MarqueeError) return error;
  const { id } = cloud.settings.project;
  const said = wordsOf(error);
  const explained: Record<FaultKind, readonly [string, string]> = {
    credentials: [
      `there are no valid credentials for Google Cloud (${said})`,
      noQuotaProject.test(said)
        ? `Name it with gcloud auth application-default set-quota-project ${id}`
        : "Log in with gcloud auth application-default login",
    ],
    disabled: [
      `an API is not enabled in the project ${id} (${said})`,
      `Enable it with ${bootstrapCommand(cloud)}`,
    ],
    forbidden: [
      `Google Cloud refuses it (${said})`,
      `It asks for ${doing.needs}, in the project ${id}; docs/google-cloud.md has every grant`,
    ],
    missing: [`${doing.on} is not there`, `Make it with ${deployCommand(cloud)}`],
    conflict: [`something else has changed it meanwhile (${said})`, "Run again"],
    quota: [`a quota of the project ${id} is used up (${said})`, moreOf(said, cloud)],
    unavailable: [`Google Cloud does not answer (${said})`, "Run again later"],
    other: [said, "Look it up in the console, and run again"],
  };
  const [why, next] = explained[faultKind(error)];
  return new MarqueeError({ reason: "cloud", what: `${doing.what}: ${why}`, next, cause: error });
}

/** Where a person gets more of what is used up. */
function moreOf(said: string, cloud: Cloud): string {
  const { project, environment } = cloud.settings;
  return ownBound.test(said)
    ? `Run again tomorrow, or raise daily_query_gibibytes in settings/${environment}.yml and run ${deployCommand(cloud)}`
    : `Run again later, or ask for more at https://console.cloud.google.com/iam-admin/quotas?project=${project.id}`;
}

/** Google's own words, without what only a machine reads. */
export function wordsOf(error: unknown): string {
  const { message, details } = (error ?? {}) as { message?: unknown; details?: unknown };
  // The address of the request, which is all that these say.
  if (tooLate.test(String(message))) return "no answer in time";
  const text = typeof details === "string" && details !== "" ? details : String(message ?? error);
  // The clients' own head of a list says nothing, and an address pushes the reason out of the line.
  const [, first] = /^Multiple errors occurred[^]*?^\s*1\. (.+)$/m.exec(text) ?? [];
  const [, reason] = /^request to \S+ failed, reason: (.+)/.exec(text) ?? [];
  return (first ?? reason ?? text).split("\n")[0]?.slice(0, 300) ?? "";
}
