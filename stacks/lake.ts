import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket/index.js";
import type { StorageBucketLifecycleRule } from "@cdktf/provider-google/lib/storage-bucket/index.js";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member/index.js";
import { Construct } from "constructs";

import { keyOf, namesOf } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";
import { grantsOn, idOf } from "./grants.ts";
import { labelsOf } from "./labels.ts";

/**
 * The files: a bucket that keeps raw data and tables, one where others drop deliveries, and one for
 * what only Spark needs while it works.
 *
 * An object that is replaced or deleted stays as an older version for some days. Soft delete would
 * keep it once more, and the temporary folders of every run with it: it is off, since versions do the
 * same.
 *
 * @see https://cloud.google.com/storage/docs/soft-delete for what is billed twice
 */
export class Lake extends Construct {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { retention } = settings;
    const ofUnfinished = { matchesPrefix: ["work/"] };
    this.bucket("lake", settings, [
      deleted({ age: retention.temporaryDays, ...ofUnfinished }),
      deletedVersions(1, ofUnfinished),
      deletedVersions(retention.replacedDays),
      {
        action: { type: "SetStorageClass", storageClass: "NEARLINE" },
        condition: {
          age: retention.rawToNearlineDays,
          matchesPrefix: ["raw/"],
          withState: "LIVE",
        },
      },
    ]);
    this.bucket("drop", settings, [
      deleted({ age: retention.droppedDays, withState: "LIVE" }),
      deletedVersions(retention.replacedDays),
    ]);
    this.bucket("scratch", settings, [
      deleted({ age: retention.scratchDays, withState: "LIVE" }),
      deletedVersions(1),
    ]);
  }

  private bucket(
    role: "lake" | "drop" | "scratch",
    settings: Settings,
    rules: StorageBucketLifecycleRule[],
  ): void {
    const bucket = new StorageBucket(this, role, {
      name: namesOf(settings)[role],
      lifecycleRule: [...rules, partsOfUploads],
      location: settings.region.toUpperCase(),
      storageClass: "STANDARD",
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      versioning: { enabled: true },
      softDeletePolicy: { retentionDurationSeconds: 0 },
      forceDestroy: !settings.protectData,
      labels: labelsOf(settings, "lake"),
      lifecycle: { preventDestroy: settings.protectData },
      ...(settings.customerManagedKeys
        ? { encryption: { defaultKmsKeyName: keyOf(settings) } }
        : {}),
    });
    for (const grant of grantsOn(settings, role)) {
      new StorageBucketIamMember(this, `${role}-${idOf(grant, settings)}`, {
        bucket: bucket.name,
        role: grant.role,
        member: grant.member,
      });
    }
  }
}

const partsOfUploads: StorageBucketLifecycleRule = {
  action: { type: "AbortIncompleteMultipartUpload" },
  condition: { age: 7 },
};

function deleted(condition: StorageBucketLifecycleRule["condition"]): StorageBucketLifecycleRule {
  return { action: { type: "Delete" }, condition };
}

/** Deletes what was replaced or deleted so many days ago. */
function deletedVersions(days: number, of: { matchesPrefix?: string[] } = {}) {
  return deleted({ daysSinceNoncurrentTime: days, withState: "ARCHIVED", ...of });
}
