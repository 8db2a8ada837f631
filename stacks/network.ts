import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall/index.js";
import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network/index.js";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork/index.js";
import { Construct } from "constructs";

import { emailOf, namesOf } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";

/** Addresses of Spark's machines: 4,092 of them. */
const range = "10.128.0.0/20";

/**
 * A network of Spark's own. Its machines reach each other and Google's services and nothing else:
 * none has an outside address, and there is no NAT.
 */
export class Network extends Construct {
  readonly subnetwork: string;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const names = namesOf(settings);
    const spark = emailOf("spark", settings);
    const network = new ComputeNetwork(this, "network", {
      name: names.network,
      description: "Spark's machines",
      autoCreateSubnetworks: false,
      routingMode: "REGIONAL",
    });
    const subnetwork = new ComputeSubnetwork(this, "subnetwork", {
      name: names.subnetwork,
      network: network.selfLink,
      region: settings.region,
      ipCidrRange: range,
      privateIpGoogleAccess: true,
      logConfig: {
        aggregationInterval: "INTERVAL_10_MIN",
        flowSampling: 0.5,
        metadata: "INCLUDE_ALL_METADATA",
      },
    });
    new ComputeFirewall(this, "internal", {
      name: names.firewall,
      description: "Spark's machines talk to each other, and to nobody else",
      network: network.selfLink,
      direction: "INGRESS",
      // Serverless batches carry no account that a rule could name on both sides: the range does.
      ...(settings.spark.mode === "cluster"
        ? { sourceServiceAccounts: [spark], targetServiceAccounts: [spark] }
        : { sourceRanges: [range] }),
      allow: [
        { protocol: "tcp", ports: ["0-65535"] },
        { protocol: "udp", ports: ["0-65535"] },
        { protocol: "icmp" },
      ],
      logConfig: { metadata: "INCLUDE_ALL_METADATA" },
    });
    this.subnetwork = subnetwork.selfLink;
  }
}
