import type { v1 } from "@google-cloud/dataproc";
import { grpc } from "google-gax";

import { MarqueeError } from "../../../../errors.ts";
import { type Cloud, deployCommand } from "../../../cloud/cloud.ts";
import { doubleOf } from "../../../cloud/double.ts";
import { cloudFault, faultKind } from "../../../cloud/faults.ts";
import { authCountedIn } from "../../../cloud/quota-project.ts";

/** The driver as Dataproc is told to run it. */
export interface Submission {
  /** Letters that Dataproc takes; whoever submits it twice gets one job. */
  id: string;
  /** Address of the driver, and what follows it on its command line. */
  driver: string;
  args: readonly string[];
  labels: Readonly<Record<string, string>>;
  properties: Readonly<Record<string, string>>;
  /** After so long Dataproc itself ends it, where it can. */
  limitSeconds: number;
}

/** How a job stands. */
export interface Standing {
  /** Dataproc's word for it, in small letters: "running". */
  state: string;
  /** Undefined as long as it goes on. */
  outcome: "succeeded" | "failed" | "cancelled" | undefined;
  /** What Dataproc says of it; may be empty. */
  details: string;
  /** Where the driver's output begins: gs://BUCKET/.../driveroutput. */
  output: string | undefined;
}

/** A library that the standard image lacks. */
export type Need = "numpy";

/** What runs Spark's work on Dataproc: a cluster, or a batch without one. */
export interface Service {
  /** For people: "the cluster marquee-dev-spark". */
  readonly where: string;
  /** What a person can do for more memory. */
  readonly moreMemory: string;
  /** A job's name in full, as cancelling asks for it later. */
  nameOf(id: string): string;
  /** Where a person looks at a job. */
  consoleOf(name: string): string;
  /**
   * Whether it takes jobs now.
   *
   * @returns what it is busy with, if it is to be waited for
   * @throws MarqueeError (cloud) where waiting is of no use
   */
  busyWith(needs: readonly Need[]): Promise<string | undefined>;
  /**
   * Has the driver run; a job of the same id that is there already is that one.
   *
   * @throws MarqueeError (cloud), of which isRefusal() tells whether no job comes of it
   */
  submit(submission: Submission): Promise<void>;
  /** How a job stands; undefined where there is none of that name. */
  standing(name: string): Promise<Standing | undefined>;
  /**
   * Asks for a job's end, which comes later; one that has ended already is left alone.
   *
   * @returns whether there is one of that name
   */
  cancel(name: string): Promise<boolean>;
}

type ClientOptions = NonNullable<ConstructorParameters<typeof v1.JobControllerClient>[0]>;

/** Jobs know the region's own address only; MARQUEE_DATAPROC_ENDPOINT names a double's host and port. */
export function clientOptions({ settings: { project, region } }: Cloud): ClientOptions {
  const endpoint = doubleOf("MARQUEE_DATAPROC_ENDPOINT");
  const projectId = project.id;
  if (endpoint === undefined) {
    const apiEndpoint = `${region}-dataproc.googleapis.com`;
    return { projectId, apiEndpoint, auth: authCountedIn(projectId) };
  }
  const { hostname, port } = new URL(`http://${endpoint}`);
  const sslCreds = grpc.credentials.createInsecure();
  // Otherwise the client looks for credentials, on a metadata server too, to learn the domain of them.
  const clientOptions = { universeDomain: "googleapis.com" };
  return { projectId, apiEndpoint: hostname, port: Number(port), sslCreds, clientOptions };
}

/** How long a client asks again where Dataproc does not answer. */
export function askingFor(seconds: number): {
  retry: { retryCodes: number[]; backoffSettings: Record<BackoffKey, number> };
} {
  return {
    retry: {
      retryCodes: [grpc.status.UNAVAILABLE, grpc.status.DEADLINE_EXCEEDED, grpc.status.INTERNAL],
      backoffSettings: {
        initialRetryDelayMillis: 200,
        retryDelayMultiplier: 2,
        maxRetryDelayMillis: 10_000,
        initialRpcTimeoutMillis: 60_000,
        rpcTimeoutMultiplier: 1,
        maxRpcTimeoutMillis: 60_000,
        totalTimeoutMillis: seconds * 1000,
      },
    },
  };
}
type BackoffKey =
  | "initialRetryDelayMillis"
  | "retryDelayMultiplier"
  | "maxRetryDelayMillis"
  | "initialRpcTimeoutMillis"
  | "rpcTimeoutMultiplier"
  | "maxRpcTimeoutMillis"
  | "totalTimeoutMillis";

/**
 * Asks Dataproc for something.
 *
 * @param on what is missing where something is
 * @throws MarqueeError (cloud)
 */
export async function asked<T>(
  cloud: Cloud,
  what: string,
  on: string,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const needs = `the role ${cloud.names.customRoles.jobSubmitter} on the project`;
    throw cloudFault(error, { what, needs, on }, cloud);
  }
}

/** The same of what may be missing. */
export async function askedIfThere<T>(
  cloud: Cloud,
  what: string,
  call: () => Promise<T>,
): Promise<T | undefined> {
  return asked(cloud, what, "", async () => {
    try {
      return await call();
    } catch (error) {
      if (faultKind(error) === "missing") return undefined;
      throw error;
    }
  });
}

/** gRPC's code of an error that a client threw. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}

/**
 * What Dataproc says where it does not take a job. All else may be said of one that it has taken: that
 * nothing answers (UNAVAILABLE), in time (DEADLINE_EXCEEDED), or that a connection broke (UNKNOWN,
 * CANCELLED, INTERNAL). So this is a list of the refusals, and not faultKind(), which is for people.
 *
 * @see https://grpc.io/docs/guides/status-codes/
 */
const refusals: ReadonlySet<unknown> = new Set([
  grpc.status.INVALID_ARGUMENT,
  grpc.status.NOT_FOUND,
  grpc.status.PERMISSION_DENIED,
  grpc.status.RESOURCE_EXHAUSTED,
  grpc.status.FAILED_PRECONDITION,
  grpc.status.OUT_OF_RANGE,
  grpc.status.UNIMPLEMENTED,
  grpc.status.UNAUTHENTICATED,
]);

/** Whether what a submission has thrown says that it was not taken, as far as its last try goes. */
export function isRefusal(error: unknown): boolean {
  return error instanceof MarqueeError && refusals.has(codeOf(error.cause));
}

/** What brings back what Dataproc lacks. */
export function deployNext(cloud: Cloud): string {
  return `Bring it back with ${deployCommand(cloud)}, and run again`;
}
