import { z } from "zod";

import { type Basis, counted, figure, hoursInMonth, type Item, type Priced } from "./items.ts";
import { type Machine, machineOf } from "./machines.ts";
import { costOf, type PriceTable, priceText } from "./prices.ts";
import type { Resource } from "./resources.ts";

const groupSchema = z.object({
  num_instances: z.number(),
  machine_type: z.string().optional(),
  disk_config: z.object({ boot_disk_type: z.string(), boot_disk_size_gb: z.number() }),
});
const clusterSchema = z.object({
  cluster_config: z.object({
    master_config: groupSchema,
    worker_config: groupSchema.optional(),
    preemptible_worker_config: groupSchema.optional(),
    autoscaling_config: z.object({ policy_uri: z.string() }).optional(),
    lifecycle_config: z
      .object({ idle_delete_ttl: z.string().regex(/^\d+(\.\d+)?s$/) })
      .partial()
      .default({}),
  }),
});
type Cluster = z.infer<typeof clusterSchema>["cluster_config"];
const policySchema = z.object({
  secondary_worker_config: z.object({ max_instances: z.number() }),
});

const type = "google_dataproc_cluster";

/** Machines of the same kind. */
interface Group {
  what: string;
  count: number;
  machineType: string;
  disk: z.infer<typeof groupSchema>["disk_config"];
  isSpot: boolean;
}

/** Machines, disks and Dataproc's fee, for as long as runs keep the cluster there. */
export function clusterItems(resources: readonly Resource[], basis: Basis): Priced {
  const priced: Priced = { items: [], notPriced: [], notes: [] };
  for (const { config } of resources.filter((resource) => resource.type === type)) {
    const cluster = clusterSchema.safeParse(config).data?.cluster_config;
    const groups = cluster && groupsOf(cluster, resources);
    if (cluster === undefined || groups === undefined) {
      priced.notPriced.push({ what: `${type} of a kind that is not known`, count: 1 });
      continue;
    }
    const one = oneCluster(groups, timeOf(cluster, basis), basis.table);
    priced.items.push(...one.items);
    priced.notPriced.push(...one.notPriced);
    priced.notes.push(...one.notes);
  }
  return priced;
}

function oneCluster(
  groups: readonly Group[],
  { hours, when, note }: Time,
  table: PriceTable,
): Priced {
  const priced: Priced = { items: [], notPriced: [], notes: [note] };
  const known: (Group & Machine)[] = [];
  for (const group of groups) {
    const machine = machineOf(group.machineType, { isSpot: group.isSpot, table });
    if (machine !== undefined) known.push({ ...group, ...machine });
    else {
      const what = `${group.isSpot ? "spot " : ""}machine type ${group.machineType}`;
      priced.notPriced.push({ what, count: group.count });
    }
    if (group.disk.boot_disk_type !== "pd-balanced")
      priced.notPriced.push({ what: `disk ${group.disk.boot_disk_type}`, count: group.count });
    if (group.isSpot)
      priced.notes.push(
        "Half of the spot workers are there on average, as long as the cluster is.",
      );
  }

  const item = (one: Pick<Item, "what" | "amount" | "price" | "usdPerMonth">): void => {
    priced.items.push({ type, when, ...one });
  };
  for (const { what, machineType, count, usdPerHour } of known) {
    item({
      what: `${what}, ${machineType}`,
      amount: counted(count * hours, "hour"),
      price: `${Number(usdPerHour.toFixed(6))} ${table.currency} per hour`,
      usdPerMonth: count * hours * usdPerHour,
    });
  }
  const vcpuHours = sum(known.map(({ count, vcpus }) => count * vcpus)) * hours;
  if (known.length > 0)
    item({
      what: "Dataproc's fee",
      amount: counted(vcpuHours, "vCPU-hour"),
      price: priceText(table, "dataproc_vcpu"),
      usdPerMonth: costOf(table, "dataproc_vcpu", vcpuHours),
    });
  const gigabytes = sum(
    groups
      .filter(({ disk }) => disk.boot_disk_type === "pd-balanced")
      .map(({ count, disk }) => count * disk.boot_disk_size_gb),
  );
  const gigabyteMonths = (gigabytes * hours) / hoursInMonth;
  if (gigabytes > 0)
    item({
      what: "disks of the machines, pd-balanced",
      amount: `${figure(gigabyteMonths)} GB-months`,
      price: priceText(table, "disk_balanced"),
      usdPerMonth: costOf(table, "disk_balanced", gigabyteMonths),
    });
  return priced;
}

/** Hours of a month in which the cluster is there. */
interface Time {
  hours: number;
  when: Item["when"];
  note: string;
}

/** Each run's work, and the wait for more of it. */
function timeOf({ lifecycle_config }: Cluster, { assumptions: { runs, runMinutes } }: Basis): Time {
  const idle = lifecycle_config.idle_delete_ttl;
  if (idle === undefined) {
    const note = "Nothing deletes the cluster: it is there all month.";
    return { hours: hoursInMonth, when: "at rest", note };
  }
  const idleMinutes = parseFloat(idle) / 60;
  const asked = (runs * (runMinutes + idleMinutes)) / 60;
  const note =
    asked > hoursInMonth
      ? "So many runs keep the cluster there all month."
      : `Each run finds no cluster, and leaves one that is deleted after ${counted(idleMinutes, "idle minute")}.`;
  return { hours: Math.min(asked, hoursInMonth), when: "running", note };
}

/** Undefined where nothing tells how many machines there may be. */
function groupsOf(cluster: Cluster, resources: readonly Resource[]): Group[] | undefined {
  const { master_config, worker_config, preemptible_worker_config: spot } = cluster;
  const masterType = master_config.machine_type ?? "that is not said";
  const workerType = worker_config?.machine_type ?? masterType;
  const isAlone = (worker_config?.num_instances ?? 0) === 0;
  const group = (
    what: string,
    machineType: string,
    { disk_config, num_instances }: z.infer<typeof groupSchema>,
  ): Group => ({ what, count: num_instances, machineType, disk: disk_config, isSpot: false });

  const groups = [group(isAlone ? "single node" : "master", masterType, master_config)];
  if (worker_config !== undefined)
    groups.push(
      group(counted(worker_config.num_instances, "primary worker"), workerType, worker_config),
    );
  if (spot !== undefined) {
    const most = mostSpot(cluster, resources);
    if (most === undefined) return undefined;
    groups.push({
      // Dataproc gives secondary workers the primary ones' machine type.
      ...group(`${figure(most / 2)} of at most ${counted(most, "spot worker")}`, workerType, spot),
      count: most / 2,
      isSpot: true,
    });
  }
  return groups.filter(({ count }) => count > 0);
}

/** How many spot machines the cluster's autoscaling policy may add. */
function mostSpot(
  { autoscaling_config }: Cluster,
  resources: readonly Resource[],
): number | undefined {
  const policy = resources.find(
    (resource) =>
      resource.type === "google_dataproc_autoscaling_policy" &&
      autoscaling_config?.policy_uri.includes(resource.id) === true,
  );
  return policySchema.safeParse(policy?.config).data?.secondary_worker_config.max_instances;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
