import { MarqueeError } from "../../../errors.ts";
import { type Cloud, deployCommand } from "../../cloud/cloud.ts";
import { cloudFault } from "../../cloud/faults.ts";
import { defaultPatience, type Patience, placeOf, uriOf } from "./client.ts";

/**
 * Sees to it that the lake's bucket is there, is the project's own, since its name may be anybody's, and
 * stands where the datasets do: BigQuery loads no files of another region.
 *
 * @throws MarqueeError (cloud) with the command that mends it
 */
export async function expectBucket(
  cloud: Cloud,
  patience: Patience = defaultPatience,
): Promise<void> {
  const place = placeOf(cloud, patience);
  const uri = uriOf(place);
  const [{ location, projectNumber }] = await place.bucket.getMetadata().catch((error: unknown) => {
    const needs = `roles/storage.legacyBucketReader on the bucket ${place.bucket.name}`;
    throw cloudFault(error, { what: `looking at ${uri}`, needs, on: `the bucket ${uri}` }, cloud);
  });
  const { environment, project, region } = cloud.settings;
  // Doubles say 0, or nothing.
  const owner = Number(projectNumber ?? 0);
  if (owner !== 0 && owner !== project.number) {
    throw new MarqueeError({
      reason: "cloud",
      what: `the bucket ${uri} is in the project with the number ${owner}, the settings of ${environment} say ${project.number}`,
      next: `Correct project in settings/${environment}.yml`,
    });
  }
  if (location?.toLowerCase() === region.toLowerCase()) return;
  throw new MarqueeError({
    reason: "cloud",
    what: `the bucket ${uri} stands in ${location ?? "no region"}, the settings of ${environment} say ${region}: files of one region cannot be loaded into another`,
    next: `Set the region back, or move the bucket: copy what it holds, delete it and make it with ${deployCommand(cloud)}`,
  });
}
