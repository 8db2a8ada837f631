import process from "node:process";

import { Compute, GoogleAuth } from "google-auth-library";

import { MarqueeError, messageOf } from "../../errors.ts";
import { type Cloud, cloudScope } from "./cloud.ts";
import { onDoublesAlone } from "./double.ts";
import { faultKind, wordsOf } from "./faults.ts";
import { within } from "./within.ts";

const variable = "GOOGLE_APPLICATION_CREDENTIALS";
const login = "gcloud auth application-default login";

interface Asking {
  /** Whether Spark runs on Dataproc; without it nobody asks whether there is a double of it. */
  usesDataproc?: boolean;
  /** So long may Google take to answer, with all tries. */
  milliseconds?: number | undefined;
}

/**
 * Sees to it that this machine has credentials that Google Cloud takes, by asking for a token once:
 * what the clients say of bad ones, in the midst of their work, helps nobody. Nobody is asked where
 * every service that is used is a double.
 *
 * @throws MarqueeError (cloud) naming the credentials, never showing what is in them
 */
export async function expectCredentials(
  { settings }: Cloud,
  { usesDataproc = true, milliseconds = 30_000 }: Asking = {},
): Promise<void> {
  if (onDoublesAlone(usesDataproc)) return;
  const auth = new GoogleAuth({
    // Otherwise it is looked for, also by starting gcloud.
    projectId: settings.project.id,
    scopes: cloudScope,
    // Of each try, or what is still being waited for would keep the process.
    clientOptions: { transporterOptions: { timeout: milliseconds } },
  });
  try {
    const late = (): Error => Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
    await within(milliseconds, auth.getAccessToken(), late);
  } catch (error) {
    throw credentialsFault(error, auth.cachedCredential instanceof Compute);
  }
}

/** @param isMachine whether they are those of a machine of Google's that it runs on */
function credentialsFault(error: unknown, isMachine: boolean): MarqueeError {
  // The clients read it in small letters too.
  const file = process.env[variable] ?? process.env[variable.toLowerCase()] ?? "";
  const whose = file === "" ? "the credentials that gcloud has left" : `the credentials in ${file}`;
  const said = (what: string, next: string): MarqueeError =>
    new MarqueeError({ reason: "cloud", what, next, cause: error });
  if (/could not load the default credentials/i.test(messageOf(error))) {
    const what = "there are no credentials for Google Cloud on this machine";
    return said(what, `Log in with ${login}`);
  }
  if (faultKind(error) === "unavailable") {
    return said(
      `Google Cloud does not answer (${wordsOf(error)}) when asked for a token with ${whose}`,
      "Look at this machine's way to the internet, and run again",
    );
  }
  if (isMachine) {
    return said(
      `the service account of this machine cannot be used: ${whyOf(error)}`,
      "Give the machine a service account, with the scope cloud-platform",
    );
  }
  return said(
    `${whose} cannot be used: ${whyOf(error)}`,
    file === ""
      ? `Log in with ${login}`
      : `Correct or unset ${variable}; without it, what ${login} has left is used`,
  );
}

/** Why credentials are none. A parser's or a cipher's own words may hold pieces of the secret. */
function whyOf(error: unknown): string {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES" || code === "EPERM") return "the file may not be read";
  if (/ is not a file/.test(messageOf(error))) return "that is no file";
  if (error instanceof SyntaxError) return "it is no valid JSON";
  if (/^ERR_(OSSL|CRYPTO|INVALID_ARG)/.test(String(code)) || /DECODER/.test(messageOf(error))) {
    return "its private key is damaged";
  }
  if (error instanceof TypeError) return "it holds no credentials";
  return wordsOf(error).replace(/\.+$/, "");
}
