import { GoogleAuth, googleAuthLibrary } from "google-gax";

import { cloudScope } from "./cloud.ts";

/** Credentials of the application, whose calls of an API count in a project's quotas. */
class CountedAuth extends GoogleAuth {
  readonly #project: string;

  constructor(project: string) {
    super({ projectId: project, scopes: cloudScope });
    this.#project = project;
  }

  override async getClient(): ReturnType<GoogleAuth["getClient"]> {
    const client = await super.getClient();
    // Those of a service account have a project; to name one would ask for a role that it may lack.
    if (client instanceof googleAuthLibrary.UserRefreshClient) {
      client.quotaProjectId ??= this.#project;
    }
    return client;
  }
}

/**
 * Credentials for an API that refuses a person's own ones where they name no project for quotas, as
 * Dataproc does. The client's option for it is of no use: what a file of credentials does not say
 * takes its place.
 */
export function authCountedIn(project: string): GoogleAuth {
  return new CountedAuth(project);
}
