import { protos, v1 } from "@google-cloud/dataproc";
import { grpc } from "google-gax";

import { MarqueeError } from "../../../../errors.ts";
import { emailOf, keyOf } from "../../../../settings/names.ts";
import type { Cloud } from "../../../cloud/cloud.ts";
import {
  asked,
  askedIfThere,
  askingFor,
  clientOptions,
  codeOf,
  type Need,
  type Service,
  type Standing,
  type Submission,
} from "./service.ts";

/** Dataproc lets no batch have less. */
const leastSeconds = 600;

/**
 * Spark's work as serverless batches: nothing is deployed for them, so each one says how large it is.
 *
 * @see https://cloud.google.com/dataproc-serverless/docs/concepts/properties
 */
export class Batches implements Service {
  readonly where = "a serverless batch";
  readonly moreMemory: string;
  readonly #cloud: Cloud;
  readonly #batches: v1.BatchControllerClient;
  readonly #answerSeconds: number;

  /** @param answerSeconds how long it may take until Dataproc answers */
  constructor(cloud: Cloud, answerSeconds: number) {
    this.#cloud = cloud;
    this.#batches = new v1.BatchControllerClient(clientOptions(cloud));
    this.#answerSeconds = answerSeconds;
    this.moreMemory = `Memory comes with cores: choose more spark.batch.driver_cores and executor_cores in settings/${cloud.settings.environment}.yml`;
  }

  nameOf(id: string): string {
    return `${this.#parent()}/batches/${id}`;
  }

  consoleOf(name: string): string {
    const { project, region } = this.#cloud.settings;
    return `https://console.cloud.google.com/dataproc/batches/${region}/${idOf(name)}/summary?project=${project.id}`;
  }

  busyWith(needs: readonly Need[]): Promise<undefined> {
    const { environment, spark } = this.#cloud.settings;
    const { runtime } = spark.batch;
    if (!needs.includes("numpy") || runtime.startsWith("2.2")) return Promise.resolve(undefined);
    const fault = new MarqueeError({
      reason: "cloud",
      what: `the serverless runtime ${runtime} lacks numpy`,
      next: `Choose spark.batch.runtime 2.2 in settings/${environment}.yml`,
    });
    return Promise.reject(fault);
  }

  async submit({ id, driver, args, labels, properties, limitSeconds }: Submission): Promise<void> {
    const { names, settings } = this.#cloud;
    const { runtime, driverCores, executorCores, executors } = settings.spark.batch;
    const batch = {
      labels,
      pysparkBatch: { mainPythonFileUri: driver, args: [...args] },
      runtimeConfig: {
        version: runtime,
        properties: {
          ...properties,
          "spark.driver.cores": String(driverCores),
          "spark.executor.cores": String(executorCores),
          "spark.executor.instances": String(executors),
          // Otherwise Dataproc adds executors as it sees fit, up to a thousand.
          "spark.dynamicAllocation.enabled": "false",
        },
      },
      environmentConfig: {
        executionConfig: {
          serviceAccount: emailOf("spark", settings),
          subnetworkUri: names.subnetwork,
          stagingBucket: names.scratch,
          ttl: { seconds: Math.max(limitSeconds, leastSeconds) },
          ...(settings.customerManagedKeys ? { kmsKey: keyOf(settings) } : {}),
        },
      },
    };
    const on = `the subnetwork ${names.subnetwork}`;
    await asked(this.#cloud, "submitting Spark's work", on, async () => {
      const request = { parent: this.#parent(), batchId: id, batch };
      try {
        await this.#batches.createBatch(request, this.#patience);
      } catch (error) {
        // An earlier try whose answer was lost.
        if (codeOf(error) !== grpc.status.ALREADY_EXISTS) throw error;
      }
    });
  }

  async standing(name: string): Promise<Standing | undefined> {
    const batch = await this.#batch(name);
    if (batch === undefined) return undefined;
    const state = String(batch.state);
    return {
      state: state.toLowerCase(),
      outcome: outcomes[state],
      details: batch.stateMessage ?? "",
      output: batch.runtimeInfo?.outputUri || undefined,
    };
  }

  async cancel(name: string): Promise<boolean> {
    const operation = (await this.#batch(name))?.operation ?? "";
    if (operation === "") return false;
    const isThere = await askedIfThere(this.#cloud, `cancelling ${idOf(name)}`, async () => {
      const { CancelOperationRequest } = protos.google.longrunning;
      const request = CancelOperationRequest.create({ name: operation });
      try {
        await this.#batches.cancelOperation(request, this.#patience);
      } catch (error) {
        // It has ended meanwhile.
        if (codeOf(error) !== grpc.status.FAILED_PRECONDITION) throw error;
      }
      return true;
    });
    return isThere ?? false;
  }

  async #batch(name: string) {
    const found = await askedIfThere(this.#cloud, `asking for ${idOf(name)}`, () =>
      this.#batches.getBatch({ name }, this.#patience),
    );
    return found?.[0];
  }

  /** Anew for each call: the client writes into it. */
  get #patience() {
    return askingFor(this.#answerSeconds);
  }

  #parent(): string {
    const { project, region } = this.#cloud.settings;
    return `projects/${project.id}/locations/${region}`;
  }
}

const outcomes: Readonly<Record<string, Standing["outcome"]>> = {
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  CANCELLED: "cancelled",
};

function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
