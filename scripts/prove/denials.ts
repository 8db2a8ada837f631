import { GoogleAuth, Impersonated } from "google-auth-library";

import type { Cloud } from "../../jobs/cloud/cloud.ts";
import { connect } from "../../jobs/warehouse/bigquery/client.ts";
import { emailOf } from "../../settings/names.ts";
import type { Point } from "./report.ts";

/** Who looks at dashboards sees the marts and nothing that lies before them. */
export async function hiddenStaging(cloud: Cloud): Promise<Point> {
  const { settings, names } = cloud;
  const what = "Viewers of dashboards are let into the marts alone";
  if (settings.dashboardViewers.length === 0) {
    return { what, holds: undefined, facts: ["dashboard_viewers names nobody"] };
  }
  const { client } = connect(cloud, "prove");
  const facts: string[] = [];
  let holds = true;
  for (const [layer, dataset] of Object.entries(names.datasets)) {
    const [metadata] = (await client.dataset(dataset).getMetadata()) as [
      { access?: unknown },
      unknown,
    ];
    const list = JSON.stringify(metadata.access ?? []);
    const letIn = settings.dashboardViewers.filter((viewer) => {
      const [, name = viewer] = viewer.split(":");
      return list.includes(JSON.stringify(name));
    });
    const isMarts = layer === "marts";
    holds &&= letIn.length === (isMarts ? settings.dashboardViewers.length : 0);
    facts.push(`${dataset} lets in ${letIn.length === 0 ? "none of them" : letIn.join(", ")}`);
  }
  return { what, holds, facts };
}

const permissions = ["storage.objects.get", "storage.objects.list", "storage.objects.create"];

/** What Spark's machines run as cannot come near Terraform's state: Cloud Storage is asked as them. */
export async function deniedSpark({ settings }: Cloud): Promise<Point> {
  const what = "Spark's account has no way into Terraform's state";
  const spark = emailOf("spark", settings);
  try {
    const sourceClient = await new GoogleAuth().getClient();
    const asSpark = new Impersonated({
      sourceClient,
      targetPrincipal: spark,
      targetScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    });
    const url = `https://storage.googleapis.com/storage/v1/b/${settings.stateBucket}/iam/testPermissions`;
    const params = new URLSearchParams(
      permissions.map((name): [string, string] => ["permissions", name]),
    );
    const { data } = await asSpark.request<{ permissions?: string[] }>({ url, params });
    const granted = data.permissions ?? [];
    const facts = permissions.map(
      (name) => `${name}: ${granted.includes(name) ? "GRANTED" : "denied"}`,
    );
    return { what, holds: granted.length === 0, facts };
  } catch (error) {
    const [why = ""] = String(error instanceof Error ? error.message : error).split("\n");
    const facts = [
      `It could not be asked as ${spark}: ${why}`,
      `It asks for roles/iam.serviceAccountTokenCreator on that account, for as long as it is tried`,
    ];
    return { what, holds: undefined, facts };
  }
}
