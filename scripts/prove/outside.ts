import { type AuthClient, GoogleAuth } from "google-auth-library";

import { MarqueeError, messageOf } from "../../errors.ts";
import { cloudScope } from "../../jobs/cloud/cloud.ts";
import { namedDouble } from "../../jobs/cloud/double.ts";
import { runChild } from "../bench/child.ts";

/** What a proof asks beside what a run asks: Google Cloud as somebody, and Terraform. */
export interface Outside {
  addresses: Record<"storage" | "iamCredentials" | "resourceManager", string>;
  /** Credentials of whoever proves. */
  caller: () => Promise<AuthClient>;
  /** Plans all stacks and changes nothing; gives what it prints. */
  plan: (environment: string) => Promise<string>;
}

/** Google Cloud itself. Where a run goes to doubles on this machine, nobody is asked elsewhere either. */
export function usualOutside(): Outside {
  return {
    addresses: {
      storage: "https://storage.googleapis.com",
      iamCredentials: "https://iamcredentials.googleapis.com",
      resourceManager: "https://cloudresourcemanager.googleapis.com",
    },
    caller: async () => {
      expectNoDoubles();
      return new GoogleAuth({ scopes: [cloudScope] }).getClient();
    },
    plan: async (environment) => {
      expectNoDoubles();
      const args = ["--env", environment, "--plan"];
      return (await runChild("scripts/deploy.ts", args, new AbortController().signal)).stdout;
    },
  };
}

/** @throws MarqueeError (usage) where a service is stood in for: what is asked would leave this machine */
function expectNoDoubles(): void {
  const named = namedDouble();
  if (named === undefined) return;
  throw new MarqueeError({
    reason: "usage",
    what: `${named} names a double on this machine, so that Google Cloud is not asked`,
    next: "Unset it to prove an environment there",
  });
}

/** Why something could not be asked, in one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof MarqueeError) return error.line;
  return messageOf(error).split("\n")[0] ?? "";
}
