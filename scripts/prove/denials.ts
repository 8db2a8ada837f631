import { Impersonated } from "google-auth-library";

import { type Cloud, cloudScope } from "../../jobs/cloud/cloud.ts";
import { emailOf } from "../../settings/names.ts";
import type { Settings } from "../../settings/settings.ts";
import { type Outside, reasonOf } from "./outside.ts";
import type { Point } from "./report.ts";

const what = "Spark's account has no way into Terraform's state";
const permissions = ["storage.objects.get", "storage.objects.list", "storage.objects.create"];

/** What Spark's machines run as cannot come near Terraform's state: Cloud Storage is asked as them. */
export async function deniedSpark(
  { settings }: Cloud,
  { addresses, caller }: Outside,
): Promise<Point> {
  const { stateBucket } = settings;
  const spark = emailOf("spark", settings);
  const untried = (...facts: string[]): Point => ({ what, holds: undefined, facts });
  const { give, take } = grantCommands(settings);
  const end = `End the right to ask as it: \`${take}\``;

  const sourceClient = await caller().catch(reasonOf);
  if (typeof sourceClient === "string") return untried(sourceClient);
  const asSpark = new Impersonated({
    sourceClient,
    targetPrincipal: spark,
    targetScopes: [cloudScope],
    endpoint: addresses.iamCredentials,
  });
  try {
    await asSpark.getAccessToken();
  } catch (error) {
    return untried(
      `It could not be asked as ${spark}: ${reasonOf(error)}`,
      "It asks for roles/iam.serviceAccountTokenCreator on that account, which does not come with roles/owner. A grant is known after some minutes; where an account proves and not a person, say serviceAccount: instead of user:",
      `Before the next proof: \`${give}\``,
      end,
    );
  }
  try {
    const url = `${addresses.storage}/storage/v1/b/${stateBucket}/iam/testPermissions`;
    const params = new URLSearchParams(
      permissions.map((name): [string, string] => ["permissions", name]),
    );
    const { data } = await asSpark.request<{ permissions?: string[] }>({ url, params });
    const granted = data.permissions ?? [];
    const facts = permissions.map(
      (name) => `${name}: ${granted.includes(name) ? "GRANTED" : "denied"}`,
    );
    const asked = `Asked as ${spark} of gs://${stateBucket}`;
    return { what, holds: granted.length === 0, facts: [asked, ...facts, end] };
  } catch (error) {
    return untried(`gs://${stateBucket}: ${reasonOf(error)}`, end);
  }
}

/** What lets whoever proves ask as Spark's account, and what takes it back. */
function grantCommands(settings: Settings): { give: string; take: string } {
  const command = (verb: string): string =>
    [
      `gcloud iam service-accounts ${verb}-iam-policy-binding ${emailOf("spark", settings)}`,
      `--project=${settings.project.id}`,
      '--member="user:$(gcloud config get account)"',
      "--role=roles/iam.serviceAccountTokenCreator",
    ].join(" ");
  return { give: command("add"), take: command("remove") };
}
