import { expect } from "chai";

import type { ClusterSettings, Settings } from "../../settings/settings.ts";
import { devWith, resourcesOf, type Synthesized } from "../support/stacks.ts";

async function sparkOf(
  mode: Settings["spark"]["mode"],
  cluster: Partial<ClusterSettings> = {},
): Promise<Synthesized[]> {
  const { spark } = await devWith();
  const settings = await devWith({
    spark: { ...spark, mode, cluster: { ...spark.cluster, ...cluster } },
  });
  return resourcesOf(settings);
}

const typed = (resources: Synthesized[], type: string): Synthesized["attributes"][] =>
  resources.filter((each) => each.type === type).map(({ attributes }) => attributes);

interface ClusterConfig {
  gce_cluster_config: Record<string, unknown>;
  master_config: Record<string, unknown>;
  worker_config?: Record<string, unknown>;
  preemptible_worker_config?: Record<string, unknown>;
  autoscaling_config?: Record<string, unknown>;
  software_config: { image_version: string; override_properties: Record<string, string> };
  lifecycle_config: Record<string, unknown>;
  endpoint_config: Record<string, unknown>;
}

async function clusterConfig(cluster: Partial<ClusterSettings> = {}): Promise<ClusterConfig> {
  const [only] = typed(await sparkOf("cluster", cluster), "google_dataproc_cluster");
  return only!["cluster_config"] as ClusterConfig;
}

describe("Spark's cluster", () => {
  it("is one node without an outside address, gone when idle", async () => {
    const config = await clusterConfig();
    expect(config.gce_cluster_config).to.deep.include({
      internal_ip_only: true,
      service_account: "marquee-dev-spark@example-marquee-dev.iam.gserviceaccount.com",
      shielded_instance_config: {
        enable_integrity_monitoring: true,
        enable_secure_boot: true,
        enable_vtpm: true,
      },
    });
    expect(config.lifecycle_config).to.deep.equal({ idle_delete_ttl: "1800s" });
    expect(config.master_config).to.deep.equal({
      num_instances: 1,
      machine_type: "n2-standard-4",
      disk_config: { boot_disk_size_gb: 100, boot_disk_type: "pd-balanced" },
    });
    expect(config).not.to.have.any.keys("worker_config", "autoscaling_config");
    expect(config.software_config.override_properties).to.include({
      "dataproc:dataproc.allow.zero.workers": "true",
    });
    expect(config.endpoint_config).to.deep.equal({ enable_http_port_access: true });
  });

  it("has an image with numpy in it", async () => {
    const { image_version: image } = (await clusterConfig()).software_config;
    expect(image).to.match(/^2\.3-ml-/);
  });

  it("keeps its primary workers, and adds spot machines alone as the work asks", async () => {
    const resources = await sparkOf("cluster", { primaryWorkers: 2, spotWorkers: 4 });
    const [policy] = typed(resources, "google_dataproc_autoscaling_policy");
    expect(policy!["worker_config"]).to.include({ min_instances: 2, max_instances: 2 });
    expect(policy!["secondary_worker_config"]).to.include({ min_instances: 0, max_instances: 4 });
    const [cluster] = typed(resources, "google_dataproc_cluster");
    const config = cluster!["cluster_config"] as ClusterConfig;
    expect(config.preemptible_worker_config).to.include({ preemptibility: "SPOT" });
    expect(config.software_config.override_properties).to.include({
      "dataproc:dataproc.allow.zero.workers": "false",
    });
    expect(cluster!["lifecycle"]).to.deep.equal({
      ignore_changes: ["cluster_config[0].preemptible_worker_config[0].num_instances"],
    });
  });

  it("is not there for serverless batches, whose network is", async () => {
    const resources = await sparkOf("batch");
    expect(typed(resources, "google_dataproc_cluster")).to.deep.equal([]);
    const [subnetwork] = typed(resources, "google_compute_subnetwork");
    expect(subnetwork!["private_ip_google_access"]).to.equal(true);
  });
});

describe("Spark's network", () => {
  it("reaches Google's services and itself, is logged, and has no way out", async () => {
    const resources = await sparkOf("cluster");
    const [network] = typed(resources, "google_compute_network");
    expect(network!["auto_create_subnetworks"]).to.equal(false);
    const [subnetwork] = typed(resources, "google_compute_subnetwork");
    expect(subnetwork).to.include({ private_ip_google_access: true });
    expect(subnetwork).to.have.property("log_config");
    const types = resources.map(({ type }) => type);
    expect(types).not.to.include("google_compute_router_nat");
    expect(types).not.to.include("google_compute_address");
  });

  it("lets in nobody but its own machines", async () => {
    for (const mode of ["cluster", "batch"] as const) {
      const firewalls = typed(await sparkOf(mode), "google_compute_firewall");
      expect(firewalls).to.have.length(1);
      const { source_ranges: ranges, source_service_accounts: accounts } = firewalls[0]!;
      const sources = [...((ranges ?? []) as string[]), ...((accounts ?? []) as string[])];
      expect(sources).to.deep.equal(
        mode === "batch"
          ? ["10.128.0.0/20"]
          : ["marquee-dev-spark@example-marquee-dev.iam.gserviceaccount.com"],
      );
    }
  });
});
