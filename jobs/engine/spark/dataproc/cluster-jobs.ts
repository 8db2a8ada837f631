import { v1 } from "@google-cloud/dataproc";
import { grpc } from "google-gax";

import { MarqueeError } from "../../../../errors.ts";
import { type Cloud, deployCommand } from "../../../cloud/cloud.ts";
import {
  asked,
  askedIfThere,
  askingFor,
  clientOptions,
  codeOf,
  deployNext,
  type Need,
  type Service,
  type Standing,
  type Submission,
} from "./service.ts";

/** Names of a cluster's jobs, as Dataproc's REST interface has them. */
const names = /^projects\/[^/]+\/regions\/[^/]+\/jobs\/([^/]+)$/;

export function isJob(name: string): boolean {
  return names.test(name);
}

/**
 * Spark's work as jobs of the environment's cluster.
 *
 * @see https://cloud.google.com/dataproc/docs/reference/rpc/google.cloud.dataproc.v1
 */
export class ClusterJobs implements Service {
  readonly where: string;
  readonly moreMemory: string;
  readonly #cloud: Cloud;
  readonly #jobs: v1.JobControllerClient;
  readonly #clusters: v1.ClusterControllerClient;
  readonly #place: { projectId: string; region: string };
  readonly #answerSeconds: number;

  /** @param answerSeconds how long it may take until Dataproc answers */
  constructor(cloud: Cloud, answerSeconds: number) {
    const { environment, project, region } = cloud.settings;
    this.#cloud = cloud;
    this.#jobs = new v1.JobControllerClient(clientOptions(cloud));
    this.#clusters = new v1.ClusterControllerClient(clientOptions(cloud));
    this.#place = { projectId: project.id, region };
    this.#answerSeconds = answerSeconds;
    this.where = `the cluster ${cloud.names.cluster}`;
    this.moreMemory = `Choose a larger spark.cluster.machine_type in settings/${environment}.yml and deploy it: ${deployCommand(cloud)}`;
  }

  nameOf(id: string): string {
    const { projectId, region } = this.#place;
    return `projects/${projectId}/regions/${region}/jobs/${id}`;
  }

  consoleOf(name: string): string {
    const { projectId, region } = this.#place;
    return `https://console.cloud.google.com/dataproc/jobs/${idOf(name)}/monitoring?region=${region}&project=${projectId}`;
  }

  async busyWith(needs: readonly Need[]): Promise<string | undefined> {
    const { cluster } = this.#cloud.names;
    const [found] = await asked(this.#cloud, "looking for Spark", this.where, () =>
      this.#clusters.getCluster({ ...this.#place, clusterName: cluster }, this.#patience),
    );
    const state = String(found.status?.state);
    // While it is changed it goes on taking jobs, and so it does where a change has failed.
    if (["CREATING", "STARTING", "REPAIRING"].includes(state)) return state.toLowerCase();
    if (!["RUNNING", "UPDATING", "ERROR_DUE_TO_UPDATE"].includes(state)) {
      const stands = state === "ERROR" ? "has failed" : `is ${state.toLowerCase()}`;
      throw this.#refused(`${stands} ${found.status?.detail ?? ""}`.trim());
    }
    const image = found.config?.softwareConfig?.imageVersion ?? "";
    if (needs.includes("numpy") && !image.includes("-ml")) {
      throw this.#refused(`has the image ${image}, which lacks numpy`);
    }
    return undefined;
  }

  async submit({ id, driver, args, labels, properties }: Submission): Promise<void> {
    const { cluster } = this.#cloud.names;
    const job = {
      reference: { projectId: this.#place.projectId, jobId: id },
      placement: { clusterName: cluster },
      labels,
      pysparkJob: { mainPythonFileUri: driver, args: [...args], properties },
    };
    await asked(this.#cloud, "submitting Spark's work", this.where, async () => {
      try {
        await this.#jobs.submitJob({ ...this.#place, job }, this.#patience);
      } catch (error) {
        // An earlier try whose answer was lost.
        if (codeOf(error) !== grpc.status.ALREADY_EXISTS) throw error;
      }
    });
  }

  async standing(name: string): Promise<Standing | undefined> {
    const jobId = idOf(name);
    const found = await askedIfThere(this.#cloud, `asking for ${jobId}`, () =>
      this.#jobs.getJob({ ...this.#place, jobId }, this.#patience),
    );
    if (found === undefined) return undefined;
    const [{ status, driverOutputResourceUri }] = found;
    const state = String(status?.state);
    return {
      state: state.toLowerCase().replaceAll("_", " "),
      outcome: outcomes[state],
      details: status?.details ?? "",
      output: driverOutputResourceUri || undefined,
    };
  }

  async cancel(name: string): Promise<boolean> {
    const jobId = idOf(name);
    const isThere = await askedIfThere(this.#cloud, `cancelling ${jobId}`, async () => {
      try {
        await this.#jobs.cancelJob({ ...this.#place, jobId }, this.#patience);
      } catch (error) {
        // It has ended meanwhile.
        if (codeOf(error) !== grpc.status.FAILED_PRECONDITION) throw error;
      }
      return true;
    });
    return isThere ?? false;
  }

  /** Anew for each call: the client writes into it. */
  get #patience() {
    return askingFor(this.#answerSeconds);
  }

  #refused(why: string): MarqueeError {
    return new MarqueeError({
      reason: "cloud",
      what: `${this.where} ${why}`,
      next: deployNext(this.#cloud),
    });
  }
}

const outcomes: Readonly<Record<string, Standing["outcome"]>> = {
  DONE: "succeeded",
  ERROR: "failed",
  CANCELLED: "cancelled",
};

function idOf(name: string): string {
  return names.exec(name)?.[1] ?? name;
}
