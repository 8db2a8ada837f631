import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { App } from "cdktf";

import { readSettings } from "../../../settings/read-settings.ts";
import type { Settings } from "../../../settings/settings.ts";
import type { Catalog } from "../../../sql/catalog/catalog.ts";
import { platform } from "../../../stacks/platform.ts";
import { catalog } from "../catalog.ts";
import type { Outcome } from "../program.ts";
import { changesOf, type Change, type PlanJson } from "./plan.ts";
import { terraformEnvironment, triedVersion } from "./provider.ts";
import { askingFor, type StackJson, withLocalState } from "./rewriting.ts";

/** An environment's stacks as a test wants them: with local state and the provider that is at hand. */
export async function stacksFor(
  folder: string,
  environment: string,
  change: { settings?: Partial<Settings>; catalog?: Catalog } = {},
): Promise<Map<string, StackJson>> {
  const settings = { ...(await readSettings(environment)), ...change.settings };
  const outdir = path.join(folder, "cdktf.out");
  await mkdir(outdir, { recursive: true });
  platform(settings, change.catalog ?? (await catalog()), new App({ outdir })).synth();
  const manifest = await readJson<Manifest>(path.join(outdir, "manifest.json"));
  const read = Object.values(manifest.stacks).map(async ({ name, synthesizedStackPath }) => {
    const stack = await readJson<StackJson>(path.join(outdir, synthesizedStackPath));
    return [name, askingFor(withLocalState(stack), triedVersion())] as const;
  });
  return new Map(await Promise.all(read));
}

interface Manifest {
  stacks: Record<string, { name: string; synthesizedStackPath: string }>;
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, "utf8")) as T;
}

/** A folder in which Terraform works on one stack. */
export class Workspace {
  constructor(private readonly folder: string) {}

  /** Makes this the stack; the state stays. */
  async write(stack: StackJson): Promise<void> {
    await this.put("cdk.tf.json", stack);
  }

  async put(file: string, content: unknown): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(path.join(this.folder, file), JSON.stringify(content, undefined, 2));
  }

  /** Runs Terraform and gives what became of it, good or bad. */
  async run(...args: string[]): Promise<Outcome> {
    const options = { cwd: this.folder, env: terraformEnvironment(), maxBuffer: 2 ** 28 };
    try {
      const ran = await promisify(execFile)("terraform", args, options);
      return { code: 0, stdout: ran.stdout, stderr: ran.stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as Outcome;
      return { code, stdout, stderr };
    }
  }

  /** Runs Terraform, which must come to a good end. */
  async must(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) {
      throw new Error(`terraform ${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
    }
    return stdout;
  }

  async init(): Promise<void> {
    await this.must("init", "-backend=false", "-no-color");
  }

  /** Plans, and gives what would change; `apply` does it. */
  async plan(...options: string[]): Promise<Change[]> {
    return changesOf(await this.planJson(...options));
  }

  async planJson(...options: string[]): Promise<PlanJson> {
    await this.must("plan", "-no-color", "-out=plan", ...options);
    return JSON.parse(await this.must("show", "-json", "plan")) as PlanJson;
  }

  /** Does what was planned last. */
  async apply(): Promise<void> {
    await this.must("apply", "-no-color", "plan");
  }
}
