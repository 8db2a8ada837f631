import { expect } from "chai";

import type { Settings } from "../../settings/settings.ts";
import { devWith, resourcesOf, type Synthesized } from "../support/stacks.ts";

/**
 * Who may do what on what in dev, by hand: whoever changes a grant changes this table, and a reviewer
 * reads it. Service accounts by their role, buckets and datasets by their last word.
 */
const dev = `
deployer   OWNER                                core
deployer   OWNER                                marts
deployer   OWNER                                ops
deployer   OWNER                                staging
deployer   roles/iam.serviceAccountUser         account spark
main       roles/iam.workloadIdentityUser       account deployer
owners     OWNER                                core
owners     OWNER                                marts
owners     OWNER                                ops
owners     OWNER                                staging
planner    roles/bigquery.metadataViewer        project
planner    roles/cloudquotas.viewer             project
planner    roles/compute.networkViewer          project
planner    roles/dataproc.viewer                project
planner    roles/iam.securityReviewer           project
planner    roles/iam.workloadIdentityPoolViewer project
planner    roles/monitoring.viewer              project
planner    roles/serviceusage.serviceUsageConsumer project
planner    roles/storage.bucketViewer           project
pulls      roles/iam.workloadIdentityUser       account planner
runner     WRITER                               core
runner     WRITER                               marts
runner     WRITER                               ops
runner     WRITER                               staging
runner     marquee_dev_job_submitter            project
runner     roles/bigquery.jobUser               project
runner     roles/storage.legacyBucketReader     drop
runner     roles/storage.legacyBucketReader     lake
runner     roles/storage.objectUser             lake
runner     roles/storage.objectViewer           drop
runner     roles/storage.objectViewer           scratch
spark      marquee_dev_spark_node               project
spark      roles/storage.legacyBucketReader     lake
spark      roles/storage.legacyBucketReader     scratch
spark      roles/storage.objectUser             lake
spark      roles/storage.objectUser             scratch
viewers    READER                               marts
viewers    roles/bigquery.jobUser               project
`;

const [runnerOnSpark, ...agents] = `
runner     roles/iam.serviceAccountUser         account spark
BigQuery   roles/cloudkms.cryptoKeyEncrypterDecrypter key
Compute    roles/cloudkms.cryptoKeyEncrypterDecrypter key
Dataproc   roles/cloudkms.cryptoKeyEncrypterDecrypter key
Storage    roles/cloudkms.cryptoKeyEncrypterDecrypter key
planner    roles/cloudkms.viewer                project
`
  .trim()
  .split("\n");

/** Names by which the table calls members. */
const people: [RegExp, string][] = [
  [/(?:^|:)marquee-dev-(\w+)@/, "$1"],
  [/(^|:)film-analysts@/, "viewers"],
  [/^projectOwners$/, "owners"],
  [/^principalSet:.*attribute\.duty\/deployer$/, "main"],
  [/^principalSet:.*attribute\.duty\/planner$/, "pulls"],
  [/:service-\d+@gs-project-accounts/, "Storage"],
  [/:bq-\d+@bigquery-encryption/, "BigQuery"],
  [/:service-\d+@dataproc-accounts/, "Dataproc"],
  [/:service-\d+@compute-system/, "Compute"],
];

function nameOf(member: unknown): string {
  const found = people.find(([pattern]) => pattern.test(String(member)));
  if (found === undefined) throw new Error(`nobody knows ${String(member)}`);
  const [pattern, name] = found;
  return name === "$1" ? String(pattern.exec(String(member))?.[1]) : name;
}

const row = (who: string, role: string, on: string): string =>
  [who, role.replace(/^projects\/.*\/roles\//, ""), on].join(" ");

/** Every grant in the synthesized resources, whatever type of resource makes it. */
function grantsIn(resources: Synthesized[]): string[] {
  return resources.flatMap(({ type, attributes }) => {
    if (type === "google_bigquery_dataset") {
      const layer = String(attributes["dataset_id"]).replace(/^.*_/, "");
      const access = attributes["access"] as Record<string, string>[];
      return access.map(({ role = "", ...who }) => row(nameOf(Object.values(who)[0]), role, layer));
    }
    if (!("role" in attributes)) return [];
    return [row(nameOf(attributes["member"]), String(attributes["role"]), scopeOf(attributes))];
  });
}

function scopeOf(attributes: Synthesized["attributes"]): string {
  const [bucket, account, key] = ["bucket", "service_account_id", "crypto_key_id"].map(
    (name) => attributes[name] as string | undefined,
  );
  if (bucket !== undefined) return /lake_(drop|scratch)_/.exec(bucket)?.[1] ?? "lake";
  if (account !== undefined) return `account ${String(/marquee-dev-(\w+)@/.exec(account)?.[1])}`;
  return key === undefined ? "project" : "key";
}

const spaced = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/(?<=\S) {2,}/g, " ").replace(/ +(?=roles)/, " "));

async function expectGrants(
  changes: Partial<Settings>,
  expected: readonly string[],
): Promise<void> {
  const found = grantsIn(await resourcesOf(await devWith(changes)));
  expect(found.sort()).to.deep.equal(spaced(expected).sort());
}

const ofDev = dev.trim().split("\n");

describe("grants", () => {
  it("are those of the table and no others", async () => {
    await expectGrants({}, ofDev);
  });

  it("let the runner name Spark's account for serverless batches alone", async () => {
    const { spark } = await devWith();
    await expectGrants({ spark: { ...spark, mode: "batch" } }, [...ofDev, runnerOnSpark!]);
  });

  it("let Google's services use our key where there is one", async () => {
    await expectGrants({ customerManagedKeys: true }, [...ofDev, ...agents]);
  });

  it("let nobody in from GitHub where no repository is named", async () => {
    await expectGrants(
      { github: undefined },
      ofDev.filter((line) => !/^(main|pulls) |workloadIdentityPoolViewer/.test(line)),
    );
  });

  it("let deliverers leave files, and no more", async () => {
    const deliverers = ["group:film-analysts@example.com"];
    await expectGrants({ deliverers }, [
      ...ofDev,
      "viewers    roles/storage.objectCreator          drop",
    ]);
  });

  it("stay as they are when another one comes", async () => {
    const named = async (dashboardViewers: string[]) =>
      (await resourcesOf(await devWith({ dashboardViewers }))).map(
        ({ type, id, attributes }) =>
          `${type} ${id} ${String(attributes["role"])} ${String(attributes["member"])}`,
      );
    const before = await named(["group:a@films.org"]);
    const after = await named(["group:b@films.org", "group:a@films.org"]);
    expect(after.filter((each) => !before.includes(each))).to.have.length(1);
    expect(before.filter((each) => !after.includes(each))).to.deep.equal([]);
  });

  it("give Spark's machines no bucket by way of the project", async () => {
    const roles = (await resourcesOf(await devWith())).filter(
      ({ type }) => type === "google_project_iam_custom_role",
    );
    const [node] = roles.filter(({ attributes }) =>
      String(attributes["role_id"]).endsWith("spark_node"),
    );
    const permissions = node!.attributes["permissions"] as string[];
    expect(permissions).to.include.members(["dataproc.tasks.lease", "logging.logEntries.create"]);
    expect(permissions.filter((each) => /^(storage|iam|bigquery)\./.test(each))).to.deep.equal([]);
  });
});
