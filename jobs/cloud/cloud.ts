import { type Names, namesOf } from "../../settings/names.ts";
import type { Settings } from "../../settings/settings.ts";

/** What credentials are asked to be good for: what an account may do is said by its roles alone. */
export const cloudScope = "https://www.googleapis.com/auth/cloud-platform";

/** Where a run stands on Google Cloud: an environment's settings, and the names of all it has. */
export interface Cloud {
  settings: Settings;
  names: Names;
}

export function cloudOf(settings: Settings): Cloud {
  return { settings, names: namesOf(settings) };
}

/** The command that makes what an environment lacks. */
export function deployCommand({ settings }: Cloud): string {
  return `npm run deploy -- --env ${settings.environment}`;
}

/** The command that enables APIs, and makes what a deployment itself needs. */
export function bootstrapCommand({ settings }: Cloud): string {
  return `npm run bootstrap -- --env ${settings.environment}`;
}
