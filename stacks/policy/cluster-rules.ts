import { at, type Resource, type Rule } from "./rule.ts";

const leastIdleSeconds = 600;

/** Machines cost money while they stand, and are a way in. */
export const clusterRules: Rule[] = [
  {
    name: "idle clusters go",
    fault: ({ type, attributes }) => {
      if (type !== "google_dataproc_cluster") return undefined;
      const time = at(attributes, "cluster_config", "lifecycle_config", "idle_delete_ttl");
      if (typeof time !== "string") {
        return "the cluster would stand for ever: set lifecycleConfig.idleDeleteTtl";
      }
      const seconds = /^\d+s$/.test(time) ? Number.parseInt(time, 10) : 0;
      if (seconds >= leastIdleSeconds) return undefined;
      return `Dataproc refuses an idle time of ${time}: give it ${leastIdleSeconds}s or more`;
    },
  },
  {
    name: "no external addresses",
    fault: ({ type, attributes }) => {
      if (type === "google_compute_address" && attributes["address_type"] !== "INTERNAL") {
        return "an outside address is a way in: set addressType to INTERNAL";
      }
      if (type.startsWith("google_compute_") && interfacesOf(attributes).some(isOutside)) {
        return "the machine would have an outside address: leave accessConfig out";
      }
      if (type !== "google_dataproc_cluster") return undefined;
      if (at(attributes, "cluster_config", "gce_cluster_config", "internal_ip_only") === true) {
        return undefined;
      }
      return "the machines would have outside addresses: set gceClusterConfig.internalIpOnly";
    },
  },
];

function interfacesOf({ network_interface: interfaces }: Resource["attributes"]): unknown[] {
  return Array.isArray(interfaces) ? interfaces : [interfaces];
}

function isOutside(network: unknown): boolean {
  return typeof network === "object" && network !== null && "access_config" in network;
}
