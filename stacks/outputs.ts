import { TerraformOutput, type TerraformStack } from "cdktf";

import { emailOf, namesOf } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";
import type { Catalog } from "../sql/catalog/catalog.ts";
import { reportLink, tableLinks } from "../sql/catalog/looker-link.ts";

/** What a person wants to know after a deploy: names, and where to look. */
export function tell(
  stacks: Record<"identity" | "data" | "compute", TerraformStack>,
  settings: Settings,
  catalog: Catalog,
): void {
  const { project, region, spark } = settings;
  const names = namesOf(settings);
  const console = (page: string) => `https://console.cloud.google.com/${page}project=${project.id}`;
  const outputs: [TerraformStack, string, string, unknown][] = [
    [stacks.identity, "runner", "Account that the pipeline runs as", emailOf("runner", settings)],
    [stacks.data, "lake", "Bucket of raw files and tables", `gs://${names.lake}`],
    [stacks.data, "drop", "Bucket where others leave deliveries", `gs://${names.drop}`],
    [
      stacks.data,
      "lake_console",
      "The lake in the console",
      console(`storage/browser/${names.lake}?`),
    ],
    [stacks.data, "datasets", "Dataset of each layer", names.datasets],
    [
      stacks.data,
      "warehouse_console",
      "The answers in the console",
      console(`bigquery?p=${project.id}&d=${names.datasets.marts}&page=dataset&`),
    ],
    [
      stacks.data,
      "dashboard",
      "The answers in Looker Studio: the report, or one for each table",
      dashboardLinks(settings, catalog),
    ],
    [
      stacks.compute,
      "spark_console",
      "Spark's work in the console",
      spark.mode === "cluster"
        ? console(`dataproc/clusters/${names.cluster}/monitoring?region=${region}&`)
        : console("dataproc/batches?"),
    ],
  ];
  if (settings.github !== undefined) {
    outputs.push([
      stacks.identity,
      "identity_provider",
      "What GitHub Actions asks for credentials",
      `projects/${project.number}/locations/global/workloadIdentityPools/${names.identityPool}/providers/${names.identityProvider}`,
    ]);
  }
  for (const [stack, name, description, value] of outputs) {
    new TerraformOutput(stack, `output-${name}`, { value, description }).overrideLogicalId(name);
  }
}

function dashboardLinks(
  { project, lookerReport, ...settings }: Settings,
  catalog: Catalog,
): Record<string, string> {
  const { datasets } = namesOf({ ...settings, project });
  const looker = { projectId: project.id, datasetId: datasets.marts };
  if (lookerReport !== undefined) {
    return { report: reportLink(catalog, { ...looker, templateId: lookerReport }) };
  }
  return Object.fromEntries(
    tableLinks(catalog, looker).map(({ table, link }) => [table.name, link]),
  );
}
