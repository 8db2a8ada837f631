import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { root } from "../program.ts";

/** The version of the provider that the stacks are written for. */
export function pinnedVersion(): string {
  const file = path.join(root, "node_modules", "@cdktf", "provider-google", "package.json");
  const { cdktf } = JSON.parse(readFileSync(file, "utf8")) as {
    cdktf: { provider: { version: string } };
  };
  return cdktf.provider.version;
}

/** The version that tests run with: MARQUEE_PROVIDER_VERSION tries another than the pinned one. */
export function triedVersion(): string {
  return process.env["MARQUEE_PROVIDER_VERSION"] ?? pinnedVersion();
}

/** Where the suite keeps what it fetched: the provider once, not once a stack. */
export const cache = path.join(root, ".cache", "deploy");

/** Nothing of a person's own: neither credentials nor a project could be reached by mistake. */
export function terraformEnvironment(from = process.env): Record<string, string | undefined> {
  const plugins = path.join(cache, "plugins");
  mkdirSync(plugins, { recursive: true });
  const isForeign = /^(GOOGLE_|GCLOUD_|CLOUDSDK_|TF_VAR_|TF_CLI_ARGS|TF_WORKSPACE|TF_DATA_DIR)/;
  return {
    ...Object.fromEntries(Object.entries(from).filter(([name]) => !isForeign.test(name))),
    GOOGLE_OAUTH_ACCESS_TOKEN: "fake",
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    TF_PLUGIN_CACHE_DIR: plugins,
    TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "1",
    // Where there is no registry, it is said at once.
    TF_REGISTRY_DISCOVERY_RETRY: "0",
  };
}

let looked: { missing: string | undefined } | undefined;

/** What is missing for Terraform to read the stacks, in words; undefined where nothing is. */
export function whatIsMissing(): string | undefined {
  looked ??= { missing: lookFor(triedVersion()) };
  return looked.missing;
}

function lookFor(version: string): string | undefined {
  const told = terraform(["version", "-json"], tmpdir());
  if (told === undefined) return "there is no terraform on PATH";
  const { terraform_version: own } = JSON.parse(told) as { terraform_version: string };
  const [major = 0, minor = 0] = own.split(".").map(Number);
  if (major < 1 || (major === 1 && minor < 7)) {
    return `Terraform ${own} cannot mock a provider, 1.7 can`;
  }
  const folder = mkdtempSync(path.join(tmpdir(), "marquee-test-"));
  try {
    const google = { source: "google", version };
    const asking = { terraform: { required_providers: { google } } };
    writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify(asking));
    const isThere = terraform(["init", "-backend=false"], folder) !== undefined;
    return isThere
      ? undefined
      : `the provider google ${version} is neither in Terraform's registry, as seen from here, nor in a mirror that TF_CLI_CONFIG_FILE names`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns what it said; undefined where it is not there or failed */
function terraform(args: readonly string[], cwd: string): string | undefined {
  const env = terraformEnvironment();
  const { status, stdout } = spawnSync("terraform", args, { cwd, env, encoding: "utf8" });
  return status === 0 ? stdout : undefined;
}
