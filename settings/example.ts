import { MarqueeError } from "../errors.ts";
import type { Settings } from "./settings.ts";

/** What the shipped files say where only their owner can know. */
const examples = {
  billingAccount: "012345-6789AB-CDEF01",
  ownerId: 1234567,
  repositoryId: 123456789,
};

/** Keys of the settings that are still the example's. */
export function exampleKeysOf(settings: Settings): string[] {
  const { project, stateBucket, alertEmail, dashboardViewers, budget, github } = settings;
  const isExample: Record<string, boolean> = {
    "project.id": project.id.startsWith("example-"),
    state_bucket: stateBucket.startsWith("example-"),
    alert_email: alertEmail.endsWith("@example.com"),
    dashboard_viewers: dashboardViewers.some((viewer) => viewer.endsWith("@example.com")),
    budget: budget?.billingAccount === examples.billingAccount,
    github: github?.ownerId === examples.ownerId || github?.repositoryId === examples.repositoryId,
  };
  return Object.keys(isExample).filter((key) => isExample[key]);
}

/**
 * Refuses settings that are still those of the example: half of a platform would be made before
 * Google Cloud finds that a group or a bucket is nobody's, and a run would ask buckets of strangers.
 *
 * @throws MarqueeError (deployment) naming every key that is still an example's
 */
export function expectOwnSettings(settings: Settings): void {
  const keys = exampleKeysOf(settings);
  if (keys.length === 0) return;
  throw new MarqueeError({
    reason: "deployment",
    what: `settings/${settings.environment}.yml still has the example's ${keys.join(", ")}`,
    next: "Put your own there; budget and github may be left out",
  });
}
