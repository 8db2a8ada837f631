import type { grpc } from "google-gax";

import type { Cluster } from "./dataproc-double.ts";

export type Json = Record<string, unknown>;

/** An answer that says what is wrong, as gRPC does. */
export class Fault extends Error {
  readonly code: keyof typeof grpc.status;

  constructor(code: keyof typeof grpc.status, details: string) {
    super(details);
    this.code = code;
  }
}

/** What a job or a batch is asked to do. */
export interface Work {
  id: string;
  mainPythonFileUri: string;
  args: string[];
  properties: Record<string, string>;
  /** Aborted where somebody cancels it. */
  cancelled: AbortSignal;
  /** Lets it stand otherwise: in a word of Dataproc's. */
  becomes: (state: string) => void;
}

/** How the work ended. */
export interface Ended {
  succeeded: boolean;
  details?: string;
  /** Where its output begins. */
  output?: string;
}

export type Worker = (work: Work) => Promise<Ended>;

/** One that was submitted, with what was said of it. */
interface Held {
  told: Json;
  state: string;
  details: string;
  output: string | undefined;
  cancel: AbortController;
  ended: Promise<void>;
}

const isOver = (state: string): boolean =>
  ["DONE", "ERROR", "SUCCEEDED", "FAILED", "CANCELLED"].includes(state);

/** Jobs and batches, which live from submission to their end and are never forgotten. */
export class Jobs {
  readonly #worker: Worker;
  readonly #clusters: ReadonlyMap<string, Cluster>;
  readonly #held = new Map<string, Held>();

  constructor(worker: Worker, clusters: ReadonlyMap<string, Cluster>) {
    this.#worker = worker;
    this.#clusters = clusters;
  }

  submitJob({ job: told }: Json): Json {
    const job = told as {
      reference: { jobId: string };
      placement: { clusterName: string };
      labels: Record<string, string>;
      pysparkJob: Json;
    };
    const id = job.reference.jobId;
    const { clusterName } = job.placement;
    const cluster = this.#clusters.get(clusterName);
    if (cluster === undefined) throw new Fault("NOT_FOUND", `Not found: Cluster ${clusterName}`);
    if (!["RUNNING", "UPDATING"].includes(cluster.state)) {
      throw new Fault("FAILED_PRECONDITION", `Cluster ${clusterName} is ${cluster.state}`);
    }
    expectLetters(/^[\w-]{1,100}$/, id);
    expectLabels(job.labels);
    const { properties = {} } = job.pysparkJob;
    this.#begin(id, told as Json, { ...job.pysparkJob, properties }, ["DONE", "ERROR"]);
    return this.jobOf(id);
  }

  createBatch({ parent, batchId, batch: told }: Json): Json {
    const batch = told as {
      labels: Record<string, string>;
      pysparkBatch: Json;
      runtimeConfig: { properties: Record<string, string> };
      environmentConfig: { executionConfig: { ttl: { seconds: number } } };
    };
    const id = String(batchId);
    const { properties } = batch.runtimeConfig;
    expectLetters(/^[a-z0-9-]{4,63}$/, id);
    expectLabels(batch.labels);
    expectLetters(/^(4|8|16)$/, properties["spark.driver.cores"] ?? "");
    if (batch.environmentConfig.executionConfig.ttl.seconds < 600) {
      throw new Fault("INVALID_ARGUMENT", "ttl must be at least 600s");
    }
    const name = `${String(parent)}/batches/${id}`;
    const work = { ...batch.pysparkBatch, properties };
    this.#begin(name, told as Json, work, ["SUCCEEDED", "FAILED"]);
    return { name: operationOf(name), done: false };
  }

  jobOf(id: string): Json {
    const { told, state, details, output } = this.#get(id);
    return { ...told, status: { state, details }, driverOutputResourceUri: output };
  }

  batchOf(name: string): Json {
    const { told, state, details, output } = this.#get(name);
    const runtimeInfo = { outputUri: output };
    return {
      ...told,
      name,
      state,
      stateMessage: details,
      runtimeInfo,
      operation: operationOf(name),
    };
  }

  cancelJob(id: string): Json {
    this.#cancel(this.#get(id), "CANCEL_STARTED");
    return this.jobOf(id);
  }

  cancelOperation(operation: string): Json {
    const name = [...this.#held.keys()].find((key) => operationOf(key) === operation);
    this.#cancel(this.#get(name ?? operation), "CANCELLING");
    return {};
  }

  list(): Json[] {
    return [...this.#held.keys()].map((id) => this.jobOf(id));
  }

  states(): Record<string, string> {
    return Object.fromEntries([...this.#held].map(([id, { state }]) => [id, state]));
  }

  async endAll(): Promise<void> {
    for (const { cancel } of this.#held.values()) cancel.abort();
    await Promise.all([...this.#held.values()].map(({ ended }) => ended));
  }

  #begin(id: string, told: Json, work: Json, [well, badly]: [string, string]): void {
    if (this.#held.has(id)) throw new Fault("ALREADY_EXISTS", `Already exists: ${id}`);
    const cancel = new AbortController();
    const held: Held = {
      ...{ told, state: "PENDING", details: "", output: undefined, cancel },
      ended: Promise.resolve(),
    };
    this.#held.set(id, held);
    const becomes = (state: string): void => {
      if (!isOver(held.state) && !held.state.startsWith("CANCEL")) held.state = state;
    };
    const doing = this.#worker({
      ...(work as Pick<Work, "mainPythonFileUri" | "args">),
      id,
      properties: work["properties"] as Work["properties"],
      cancelled: cancel.signal,
      becomes,
    });
    held.ended = doing
      .catch((error: unknown): Ended => ({ succeeded: false, details: String(error) }))
      .then(({ succeeded, details = "", output }) => {
        Object.assign(held, { details, output });
        held.state = cancel.signal.aborted ? "CANCELLED" : succeeded ? well : badly;
      });
  }

  #cancel(held: Held, state: string): void {
    if (isOver(held.state)) throw new Fault("FAILED_PRECONDITION", `it is ${held.state}`);
    held.state = state;
    held.cancel.abort();
  }

  #get(id: string): Held {
    const held = this.#held.get(id);
    if (held === undefined) throw new Fault("NOT_FOUND", `Not found: ${id}`);
    return held;
  }
}

function operationOf(batch: string): string {
  return batch.replace("/locations/", "/regions/").replace("/batches/", "/operations/of-");
}

function expectLetters(pattern: RegExp, text: string): void {
  if (!pattern.test(text)) throw new Fault("INVALID_ARGUMENT", `${text} is not ${String(pattern)}`);
}

/** @see https://cloud.google.com/resource-manager/docs/labels-overview */
function expectLabels(labels: Record<string, string>): void {
  for (const [key, value] of Object.entries(labels)) {
    expectLetters(/^[a-z][a-z0-9_-]{0,62}$/, key);
    expectLetters(/^[a-z0-9_-]{0,63}$/, value);
  }
}
