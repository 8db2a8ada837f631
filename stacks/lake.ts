import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket/index.js";
import type {
  StorageBucketConfig,
  StorageBucketLifecycleRule,
} from "@cdktf/provider-google/lib/storage-bucket/index.js";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member/index.js";
import { Construct } from "constructs";

import { keyOf, namesOf } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";
import { grantsOn } from "./grants.ts";
import { labelsOf } from "./labels.ts";

/** Prefixes of the lake whose objects nobody needs once a run is over. */
export const temporaryPrefixes = ["work/", "google-cloud-dataproc-metainfo/"] as const;

/**
 * The files: a bucket that keeps raw data and tables, and one where others drop deliveries.
 *
 * An object that is replaced or deleted stays as an older version for some days. Soft delete, which
 * would keep it once more, and the temporary folders of every run with it, is off where versions do
 * the same.
 *
 * @see https://cloud.google.com/storage/docs/soft-delete for what is billed twice
 */
export class Lake extends Construct {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { lake, drop } = namesOf(settings);
    const { temporaryDays, replacedDays, rawToNearlineDays, droppedDays } = settings.retention;
    const isTemporary = { matchesPrefix: [...temporaryPrefixes] };

    const lakeBucket = this.bucket("lake", settings, {
      name: lake,
      lifecycleRule: [
        deleted({ age: temporaryDays, ...isTemporary }),
        deleted({ daysSinceNoncurrentTime: 1, withState: "ARCHIVED", ...isTemporary }),
        deleted({ daysSinceNoncurrentTime: replacedDays, withState: "ARCHIVED" }),
        {
          action: { type: "SetStorageClass", storageClass: "NEARLINE" },
          condition: { age: rawToNearlineDays, matchesPrefix: ["raw/"], withState: "LIVE" },
        },
        partsOfUploads,
      ],
    });
    const dropBucket = this.bucket("drop", settings, {
      name: drop,
      lifecycleRule: [
        deleted({ age: droppedDays, withState: "LIVE" }),
        deleted({ daysSinceNoncurrentTime: 1, withState: "ARCHIVED" }),
        partsOfUploads,
      ],
    });
    this.grant("lake", lakeBucket, settings);
    this.grant("drop", dropBucket, settings);
  }

  private bucket(
    id: string,
    settings: Settings,
    own: Pick<StorageBucketConfig, "name" | "lifecycleRule">,
  ): StorageBucket {
    return new StorageBucket(this, id, {
      ...own,
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
  }

  private grant(scope: "lake" | "drop", bucket: StorageBucket, settings: Settings): void {
    for (const [index, { member, role }] of grantsOn(settings, scope).entries()) {
      new StorageBucketIamMember(this, `${scope}-grant-${index + 1}`, {
        bucket: bucket.name,
        role,
        member,
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
