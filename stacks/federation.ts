import { IamWorkloadIdentityPoolProvider } from "@cdktf/provider-google/lib/iam-workload-identity-pool-provider/index.js";
import { Construct } from "constructs";

import { namesOf } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";

/**
 * Lets GitHub Actions of one repository act without a key. Who may be what follows from what
 * happened: a push to main deploys, a pull request plans, all else is nobody.
 *
 * Owner and repository are told by number, since their names can be given up and taken by others.
 *
 * @see https://docs.github.com/en/actions/concepts/security/openid-connect for the token's claims
 */
export class Federation extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, github }: { settings: Settings; github: NonNullable<Settings["github"]> },
  ) {
    super(scope, id);
    const { identityPool, identityProvider } = namesOf(settings);
    const { ownerId, repositoryId } = github;
    new IamWorkloadIdentityPoolProvider(this, "actions", {
      workloadIdentityPoolId: identityPool,
      workloadIdentityPoolProviderId: identityProvider,
      displayName: "GitHub Actions",
      attributeMapping: {
        "google.subject": "assertion.sub",
        "attribute.duty": [
          "assertion.event_name == 'push' && assertion.ref == 'refs/heads/main' ? 'deployer'",
          "assertion.event_name == 'pull_request' ? 'planner'",
          "'nobody'",
        ].join(" : "),
      },
      attributeCondition: [
        `assertion.repository_owner_id == '${ownerId}'`,
        `assertion.repository_id == '${repositoryId}'`,
      ].join(" && "),
      oidc: { issuerUri: "https://token.actions.githubusercontent.com" },
    });
  }
}
