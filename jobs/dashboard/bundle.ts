import { readFile } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";

const folder = path.join(import.meta.dirname, "browser");

export interface Bundle {
  script: string;
  style: string;
}

let made: Promise<Bundle> | undefined;

/** The page's program as one script that any browser of the last years runs, and its style. */
export async function bundle(): Promise<Bundle> {
  return (made ??= make());
}

async function make(): Promise<Bundle> {
  // Not before it is needed: where it was not installed for this system, all else works.
  const { build } = await import("esbuild").catch((error: unknown) => {
    throw new MarqueeError({
      reason: "internal",
      what: "the dashboard's program cannot be made: esbuild is not installed for this system",
      next: "Install what the lock file names: npm ci",
      cause: error,
    });
  });
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, "main.ts")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    // The licences of what is bundled want to be told.
    legalComments: "eof",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "silent",
  });
  return {
    script: outputFiles[0]?.text ?? "",
    style: await readFile(path.join(folder, "style.css"), "utf8"),
  };
}
