import { randomUUID } from "node:crypto";

/** An answer of a service: its status and what it says. */
export interface Answer {
  status: number;
  body: unknown;
}

type Json = Record<string, unknown>;

/**
 * Dataproc's REST as far as Terraform asks for it: clusters, their operations, autoscaling policies.
 * No emulator exists. As the service does, it adds to what it is told: labels, a zone, a state.
 */
export class DataprocDouble {
  readonly clusters = new Map<string, Json>();
  readonly policies = new Map<string, Json>();
  private readonly operations = new Map<string, Json>();

  /** @param where the address behind the version: projects/P/regions/R/clusters */
  answer(method: string, where: string, body: Json): Answer {
    const [, parent = "", kind = "", name = ""] =
      /^(projects\/[^/]+\/(?:regions|locations)\/[^/]+)\/(\w+)(?:\/([^/]+))?$/.exec(where) ?? [];
    if (kind === "operations") return found(this.operations.get(where));
    if (kind === "clusters") return this.cluster(method, { parent, name }, body);
    if (kind === "autoscalingPolicies") return this.policy(method, { parent, name }, body);
    return notFound;
  }

  private cluster(method: string, at: { parent: string; name: string }, body: Json): Answer {
    const { parent } = at;
    const name = method === "POST" ? String(body["clusterName"]) : at.name;
    const key = `${parent}/clusters/${name}`;
    const existing = this.clusters.get(key);
    if (method === "POST") {
      if (existing !== undefined) return { status: 409, body: { error: { code: 409 } } };
      this.clusters.set(key, madeOf(body, parent));
      return this.operation(parent);
    }
    if (existing === undefined) return notFound;
    if (method === "DELETE") this.clusters.delete(key);
    if (method === "PATCH") this.clusters.set(key, { ...existing, ...body });
    return method === "GET" ? found(existing) : this.operation(parent);
  }

  private policy(method: string, at: { parent: string; name: string }, body: Json): Answer {
    const id = method === "POST" ? String(body["id"]) : at.name;
    const name = `${at.parent}/autoscalingPolicies/${id}`;
    if (method === "POST" || method === "PUT") this.policies.set(name, { ...body, name });
    const policy = this.policies.get(name);
    if (method === "DELETE") this.policies.delete(name);
    return found(policy);
  }

  /** Work that has ended when it is asked for. */
  private operation(parent: string): Answer {
    const name = `${parent}/operations/${randomUUID()}`;
    const done = { name, done: true, metadata: {}, response: {} };
    this.operations.set(name, done);
    return { status: 200, body: { name, done: false } };
  }
}

/** A cluster as the service tells of it once it runs. */
function madeOf(asked: Json, parent: string): Json {
  const config = asked["config"] as Record<string, Json>;
  const region = parent.split("/").at(-1) ?? "";
  const clusterName = String(asked["clusterName"]);
  const clusterUuid = randomUUID();
  const machines = (group: Json | undefined, suffix: string) => {
    const count = Number(group?.["numInstances"] ?? 0);
    return Array.from({ length: count }, (_, index) => `${clusterName}-${suffix}-${index}`);
  };
  const group = (key: string, suffix: string) =>
    config[key] === undefined
      ? {}
      : { [key]: { ...config[key], instanceNames: machines(config[key], suffix) } };
  return {
    ...asked,
    labels: {
      ...(asked["labels"] as Json),
      "goog-dataproc-cluster-name": clusterName,
      "goog-dataproc-cluster-uuid": clusterUuid,
      "goog-dataproc-location": region,
    },
    config: {
      ...config,
      ...group("masterConfig", "m"),
      ...group("workerConfig", "w"),
      ...group("secondaryWorkerConfig", "sw"),
      gceClusterConfig: { zoneUri: `${region}-a`, ...config["gceClusterConfig"] },
      softwareConfig: {
        ...config["softwareConfig"],
        properties: {
          "core:fs.defaultFS": `hdfs://${clusterName}-m`,
          ...(config["softwareConfig"]?.["properties"] as Json | undefined),
        },
      },
    },
    clusterUuid,
    status: { state: "RUNNING" },
  };
}

const notFound: Answer = { status: 404, body: { error: { code: 404, message: "not found" } } };

function found(body: Json | undefined): Answer {
  return body === undefined ? notFound : { status: 200, body };
}
