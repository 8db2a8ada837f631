import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import { expectOwnSettings } from "../../settings/example.ts";
import type { Settings } from "../../settings/settings.ts";

interface Circumstances {
  /** Whether the second key has to be said; in a protected environment, unless only plans are made. */
  needsKey?: boolean;
  environment?: NodeJS.ProcessEnv;
}

/**
 * Refuses what would fail half-way, before Terraform starts.
 *
 * @param secondKey what a person said for it, if anything
 * @throws MarqueeError (deployment) in one line: the second key is missing or another project's,
 *   nobody is logged in, the settings are still those of the example
 */
export async function expectReady(
  settings: Settings,
  secondKey: string | undefined,
  { needsKey = settings.protectData, environment = process.env }: Circumstances = {},
): Promise<void> {
  if (needsKey || secondKey !== undefined) expectSecondKey(settings, secondKey);
  if (!(await hasCredentials(environment))) {
    throw new MarqueeError({
      reason: "deployment",
      what: "nobody is logged in to Google Cloud",
      next: "Run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS",
    });
  }
  expectOwnSettings(settings);
}

/** @throws MarqueeError (deployment) unless the key is the project's id */
export function expectSecondKey(
  { environment, project }: Settings,
  secondKey: string | undefined,
): void {
  if (secondKey === project.id) return;
  const what =
    secondKey === undefined
      ? `${environment} needs the second key`
      : `the second key names ${secondKey}, but ${environment} is ${project.id}`;
  const next = `Give --second-key ${project.id} if you mean it`;
  throw new MarqueeError({ reason: "deployment", what, next });
}

/**
 * Whether Google's libraries would find somebody to act for.
 *
 * @see https://cloud.google.com/docs/authentication/application-default-credentials
 */
async function hasCredentials(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const { GOOGLE_OAUTH_ACCESS_TOKEN, GOOGLE_CREDENTIALS, GOOGLE_APPLICATION_CREDENTIALS } =
    environment;
  if (GOOGLE_OAUTH_ACCESS_TOKEN || GOOGLE_CREDENTIALS) return true;
  if (GOOGLE_APPLICATION_CREDENTIALS) return existsSync(GOOGLE_APPLICATION_CREDENTIALS);
  const home = environment["HOME"] ?? homedir();
  const folder = environment["CLOUDSDK_CONFIG"] ?? path.join(home, ".config", "gcloud");
  if (existsSync(path.join(folder, "application_default_credentials.json"))) return true;
  // A machine of Google's has an account attached.
  const product = await readFile("/sys/class/dmi/id/product_name", "utf8").catch(() => "");
  return product.includes("Google");
}
