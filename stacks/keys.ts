import { KmsCryptoKey } from "@cdktf/provider-google/lib/kms-crypto-key/index.js";
import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member/index.js";
import { Construct } from "constructs";

import { namesOf } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";
import { grantsOn, idOf } from "./grants.ts";
import { labelsOf } from "./labels.ts";

const rotationDays = 90;

/**
 * The key that encrypts files and tables, beside them in the same region. What was encrypted with it is
 * lost with it, so nothing here destroys it. Its ring can never be made twice: the bootstrap does.
 */
export class Keys extends Construct {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { project, region } = settings;
    const { keyRing, key } = namesOf(settings);
    const data = new KmsCryptoKey(this, "data", {
      name: key,
      keyRing: `projects/${project.id}/locations/${region}/keyRings/${keyRing}`,
      purpose: "ENCRYPT_DECRYPT",
      rotationPeriod: `${rotationDays * 24 * 60 * 60}s`,
      labels: labelsOf(settings, "keys"),
      lifecycle: { preventDestroy: true },
    });
    for (const grant of grantsOn(settings, "key")) {
      const { member, role } = grant;
      const id = `key-${idOf(grant, settings)}`;
      new KmsCryptoKeyIamMember(this, id, { cryptoKeyId: data.id, role, member });
    }
  }
}
