import { MarqueeError } from "../../errors.ts";
import { statusOf } from "./download.ts";

const settings = "https://www.kaggle.com/settings";

/**
 * Kaggle's user name and key from the environment, as headers; none for an anonymous download.
 *
 * @throws MarqueeError (usage) where only one of the two is set
 */
export function credentialHeaders(environment: NodeJS.ProcessEnv): Record<string, string> {
  const { KAGGLE_USERNAME: user = "", KAGGLE_KEY: key = "" } = environment;
  if (user === "" && key === "") return {};
  if (user === "" || key === "") {
    throw new MarqueeError({
      reason: "usage",
      what:
        user === ""
          ? "KAGGLE_KEY is set, KAGGLE_USERNAME is not"
          : "KAGGLE_USERNAME is set, KAGGLE_KEY is not",
      next: `Set both (${settings}, Create New Token), or neither to fetch anonymously`,
    });
  }
  return { authorization: `Basic ${Buffer.from(`${user}:${key}`).toString("base64")}` };
}

/** What to do about a refusal by Kaggle; other errors stay as they are. */
export function adviceOn(error: unknown, environment: NodeJS.ProcessEnv): unknown {
  const status = statusOf(error);
  if (!(error instanceof MarqueeError) || ![401, 403, 404].includes(status ?? 0)) return error;
  const named = (environment["KAGGLE_KEY"] ?? "") !== "";
  const byHand = "download it by hand and name its folder or zip with --source";
  return new MarqueeError({
    reason: error.reason,
    what: `${error.message}${named && status !== 404 ? ", though KAGGLE_USERNAME and KAGGLE_KEY are set" : ""}`,
    next: adviceFor(status ?? 0, named, byHand),
    cause: error,
  });
}

function adviceFor(status: number, named: boolean, byHand: string): string {
  if (status === 404) return `Look whether Kaggle still has the dataset; if so, ${byHand}`;
  if (!named)
    return `Set KAGGLE_USERNAME and KAGGLE_KEY (${settings}, Create New Token), or ${byHand}`;
  return status === 401
    ? `Make a new key at ${settings} and set KAGGLE_USERNAME and KAGGLE_KEY to it, or unset both to fetch anonymously`
    : `Look whether Kaggle wants you to accept terms on the dataset's page, or ${byHand}`;
}
