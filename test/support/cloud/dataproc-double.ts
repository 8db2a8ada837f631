import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { grpc, protobuf } from "google-gax";

import { Fault, type Json, Jobs, type Worker } from "./dataproc-double-jobs.ts";

/** A cluster as it stands: state and image as Dataproc names them. */
export interface Cluster {
  state: string;
  image: string;
}

/** An answer that goes wrong. */
export interface Trouble {
  method: string;
  code: keyof typeof grpc.status;
  /** How often, from now on. */
  times: number;
  details?: string;
  /** Whether what was asked for is done all the same, and only the answer gets lost. */
  isDone?: boolean;
}

/** A double of Dataproc's gRPC interface in this process. */
export interface DataprocDouble {
  /** Host and port, as MARQUEE_DATAPROC_ENDPOINT names them. */
  endpoint: string;
  /** What it was asked, in turn. */
  asked: { method: string; request: Json }[];
  /** Clusters that are there, by name. */
  clusters: Map<string, Cluster>;
  /** What goes wrong from now on. */
  troubles: Trouble[];
  /** How the jobs stand, by id. */
  states: () => Record<string, string>;
  /** As somebody does elsewhere; ends once all has ended. */
  cancelAll: () => Promise<void>;
  /** Cancels what still runs, and waits for its end. */
  stop: () => Promise<void>;
}

/** Starts the double; the worker does what jobs and batches do. */
export async function startDataproc(worker: Worker): Promise<DataprocDouble> {
  const clusters = new Map<string, Cluster>();
  const jobs = new Jobs(worker, clusters);
  const asked: DataprocDouble["asked"] = [];
  const troubles: Trouble[] = [];
  const answer = (method: string, does: Method, request: Json): Json => {
    asked.push({ method, request });
    const trouble = troubles.find((one) => one.method === method && one.times > 0);
    if (trouble === undefined) return does(request);
    trouble.times -= 1;
    if (trouble.isDone === true) does(request);
    throw new Fault(trouble.code, trouble.details ?? "it goes wrong on purpose");
  };

  const server = new grpc.Server();
  const services = {
    "google.cloud.dataproc.v1.ClusterController": { GetCluster: (told: Json) => clusterOf(told) },
    "google.cloud.dataproc.v1.JobController": {
      SubmitJob: (told: Json) => jobs.submitJob(told),
      GetJob: ({ jobId }: Json) => jobs.jobOf(String(jobId)),
      CancelJob: ({ jobId }: Json) => jobs.cancelJob(String(jobId)),
      ListJobs: () => ({ jobs: jobs.list() }),
    },
    "google.cloud.dataproc.v1.BatchController": {
      CreateBatch: (told: Json) => jobs.createBatch(told),
      GetBatch: ({ name }: Json) => jobs.batchOf(String(name)),
    },
    "google.longrunning.Operations": {
      GetOperation: ({ name }: Json) => ({ name }),
      CancelOperation: ({ name }: Json) => jobs.cancelOperation(String(name)),
    },
  };
  const clusterOf = (told: Json): Json => {
    const name = String(told["clusterName"]);
    const cluster = clusters.get(name);
    if (cluster === undefined) {
      throw new Fault("NOT_FOUND", `Not found: Cluster projects/p/regions/r/clusters/${name}`);
    }
    const { state, image: imageVersion } = cluster;
    return {
      clusterName: name,
      status: { state },
      config: { softwareConfig: { imageVersion } },
    };
  };
  for (const [name, methods] of Object.entries(services)) {
    serve(server, name, methods, answer);
  }
  const bind = server.bindAsync.bind(server);
  const port = await new Promise<number>((resolve, reject) => {
    bind("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    endpoint: `127.0.0.1:${port}`,
    asked,
    clusters,
    troubles,
    states: () => jobs.states(),
    cancelAll: () => jobs.endAll(),
    stop: async () => {
      await jobs.endAll();
      server.forceShutdown();
    },
  };
}

type Method = (request: Json) => Json;

const protos = createRequire(import.meta.url).resolve(
  "@google-cloud/dataproc/build/protos/protos.json",
);
const root = protobuf.Root.fromJSON(
  JSON.parse(readFileSync(protos, "utf8")) as protobuf.INamespace,
).resolveAll();

/** Speaks a service of the client's own protos. */
function serve(
  server: grpc.Server,
  serviceName: string,
  methods: Record<string, Method>,
  answer: (method: string, does: Method, request: Json) => Json,
): void {
  const service = root.lookupService(serviceName);
  for (const [name, does] of Object.entries(methods)) {
    const { resolvedRequestType: asks, resolvedResponseType: gives } = service.methods[name]!;
    const definition = {
      path: `/${serviceName}/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (told: Json) => encoded(asks!, told),
      requestDeserialize: (bytes: Buffer): Json =>
        asks!.toObject(asks!.decode(bytes), { enums: String, longs: Number }),
      responseSerialize: (told: Json) => encoded(gives!, told),
      responseDeserialize: (bytes: Buffer): Json => gives!.toObject(gives!.decode(bytes)),
    } as const;
    const handle: grpc.handleUnaryCall<Json, Json> = ({ request }, done) => {
      try {
        done(null, answer(name, does, request));
      } catch (error) {
        const { code, message } =
          error instanceof Fault ? error : new Fault("UNKNOWN", String(error));
        done({ code: grpc.status[code], details: message });
      }
    };
    server.addService({ [name]: definition }, { [name]: handle });
  }
}

function encoded(type: protobuf.Type, told: Json): Buffer {
  return Buffer.from(type.encode(type.fromObject(told)).finish());
}
