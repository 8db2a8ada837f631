import { OAuth2Client } from "google-auth-library";

import type { Cloud } from "../../../jobs/cloud/cloud.ts";
import { messageOf } from "../../../errors.ts";
import type { Outside } from "../../../scripts/prove/outside.ts";
import { emailOf } from "../../../settings/names.ts";
import { errorBody } from "./faults.ts";
import { type RecordingServer, startRecording } from "./recording-server.ts";

/** What Google Cloud says to a proof. */
export interface Surroundings {
  /** The project's policy. */
  bindings: { role: string; members: string[]; condition?: object }[];
  /** What Spark's account may do with the state bucket. */
  granted: string[];
}

/** Stands in on 127.0.0.1 for all that a proof asks beside what a run asks. */
export async function withOutside(
  { settings }: Cloud,
  use: (outside: Outside, said: Surroundings, server: RecordingServer) => Promise<void>,
): Promise<void> {
  const said: Surroundings = { bindings: [], granted: [] };
  const answers: Record<string, () => object> = {
    [`/v3/projects/${settings.project.id}:getIamPolicy`]: () => ({ bindings: said.bindings }),
    [`/v1/projects/-/serviceAccounts/${emailOf("spark", settings)}:generateAccessToken`]: () => ({
      accessToken: "spark",
      expireTime: new Date(Date.now() + 3_600_000).toISOString(),
    }),
    // Without a permission there is no list of them.
    [`/storage/v1/b/${settings.stateBucket}/iam/testPermissions`]: () =>
      said.granted.length === 0 ? {} : { permissions: said.granted },
  };
  const server = await startRecording(({ path }) => {
    const answer = answers[path];
    return answer === undefined
      ? { status: 404, body: errorBody(404, "notFound", `nobody knows ${path}`) }
      : { status: 200, body: answer() };
  });
  const { origin } = server;
  try {
    const outside: Outside = {
      addresses: { storage: origin, iamCredentials: origin, resourceManager: origin },
      caller: () => {
        const client = new OAuth2Client();
        client.setCredentials({ access_token: "me" });
        return Promise.resolve(client);
      },
      plan: () => Promise.reject(new Error("nobody was to plan")),
    };
    await use(outside, said, server);
  } catch (error) {
    const asked = server.requests.map(({ method, path }) => `${method} ${path}`).join("\n");
    throw new Error(`${messageOf(error)}\nasked:\n${asked}`, { cause: error });
  } finally {
    server.close();
  }
}
