import { DataprocAutoscalingPolicy } from "@cdktf/provider-google/lib/dataproc-autoscaling-policy/index.js";
import { DataprocCluster } from "@cdktf/provider-google/lib/dataproc-cluster/index.js";
import { Construct } from "constructs";

import { emailOf, keyOf, namesOf } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";
import { labelsOf } from "./labels.ts";
import type { Network } from "./network.ts";

/** What every machine starts from: room for the system and for a spill. */
const bootDisk = { bootDiskType: "pd-balanced", bootDiskSizeGb: 100 };

/**
 * The cluster that Spark's jobs run on, where the settings ask for one; a serverless batch needs the
 * network alone and is sized by the job that submits it.
 *
 * A cluster that has been idle is deleted by Dataproc itself: the next deploy makes it again.
 */
export class Spark extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, network }: { settings: Settings; network: Network },
  ) {
    super(scope, id);
    if (settings.spark.mode === "batch") return;
    const { image, idleMinutes, machineType, primaryWorkers } = settings.spark.cluster;
    const names = namesOf(settings);
    const labels = labelsOf(settings, "spark");
    const isSingleNode = primaryWorkers === 0;

    new DataprocCluster(this, "cluster", {
      name: names.cluster,
      region: settings.region,
      labels,
      gracefulDecommissionTimeout: "600s",
      clusterConfig: {
        stagingBucket: names.scratch,
        tempBucket: names.scratch,
        gceClusterConfig: {
          subnetwork: network.subnetwork,
          internalIpOnly: true,
          serviceAccount: emailOf("spark", settings),
          // What it may do is said by its grants.
          serviceAccountScopes: ["cloud-platform"],
          shieldedInstanceConfig: {
            enableSecureBoot: true,
            enableVtpm: true,
            enableIntegrityMonitoring: true,
          },
          metadata: { "block-project-ssh-keys": "true" },
        },
        masterConfig: { numInstances: 1, machineType, diskConfig: bootDisk },
        ...(isSingleNode ? {} : this.workers(settings)),
        softwareConfig: {
          imageVersion: image,
          overrideProperties: {
            "dataproc:dataproc.allow.zero.workers": String(isSingleNode),
            "spark:spark.sql.session.timeZone": "UTC",
          },
        },
        endpointConfig: { enableHttpPortAccess: true },
        lifecycleConfig: { idleDeleteTtl: `${idleMinutes * 60}s` },
        ...(settings.customerManagedKeys
          ? { encryptionConfig: { kmsKeyName: keyOf(settings) } }
          : {}),
      },
      lifecycle: {
        // Autoscaling changes it from minute to minute.
        ignoreChanges: ["cluster_config[0].preemptible_worker_config[0].num_instances"],
      },
    });
  }

  /** Primary workers stay as many as they are; spot machines come and go with the work. */
  private workers(settings: Settings) {
    const { machineType, primaryWorkers, spotWorkers } = settings.spark.cluster;
    const primary = {
      workerConfig: { numInstances: primaryWorkers, machineType, diskConfig: bootDisk },
    };
    if (spotWorkers === 0) return primary;
    const policy = new DataprocAutoscalingPolicy(this, "autoscaling", {
      policyId: namesOf(settings).autoscaling,
      location: settings.region,
      workerConfig: { minInstances: primaryWorkers, maxInstances: primaryWorkers, weight: 1 },
      secondaryWorkerConfig: { minInstances: 0, maxInstances: spotWorkers, weight: 1 },
      basicAlgorithm: {
        cooldownPeriod: "120s",
        yarnConfig: {
          gracefulDecommissionTimeout: "600s",
          scaleUpFactor: 0.5,
          scaleDownFactor: 1,
        },
      },
    });
    return {
      ...primary,
      preemptibleWorkerConfig: { numInstances: 0, preemptibility: "SPOT", diskConfig: bootDisk },
      autoscalingConfig: { policyUri: policy.name },
    };
  }
}
