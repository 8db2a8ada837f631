import { accessSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { type Browser, chromium, type Locator, type Page } from "playwright-core";

const usualPlaces = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A browser of this machine; undefined where there is none. */
function browserFound(): string | undefined {
  const said = process.env["MARQUEE_CHROMIUM"];
  return [...(said === undefined ? [] : [said]), ...usualPlaces].find((file) => {
    try {
      accessSync(file);
      return true;
    } catch {
      return false;
    }
  });
}

async function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      // Chromium itself would look for updates; the page asks nobody.
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}

/** What the tests of one page share: filled before the first of them. */
export interface InBrowser {
  browser: Browser;
  /** The page's file, in a folder that is gone afterwards. */
  file: string;
  folder: string;
}

/**
 * Tests of a page in a browser; where this machine has none, one test that says that it was skipped.
 *
 * @param make writes the page somewhere below a folder and gives its file
 */
export function describeInBrowser(
  name: string,
  make: (folder: string) => Promise<string>,
  define: (shared: InBrowser) => void,
): void {
  describe(name, () => {
    const executable = browserFound();
    if (executable === undefined) {
      it.skip(
        "SKIPPED: there is no browser on this machine; scripts/setup/browser.sh installs one",
      );
      return;
    }
    const shared = {} as InBrowser;
    before(async () => {
      shared.folder = await mkdtemp(path.join(tmpdir(), "marquee-test-"));
      shared.file = await make(shared.folder);
      shared.browser = await startBrowser(executable);
    });
    after(async () => {
      await shared.browser.close();
      await rm(shared.folder, { recursive: true, force: true });
    });
    define(shared);
  });
}

/** A page that is open, and what it did that no page of ours should. */
export interface OpenPage {
  page: Page;
  /** Errors on the console, dialogs, and requests for anything but the file itself. */
  offences: string[];
  /** From the beginning until all is drawn. */
  milliseconds: number;
}

/** Opens a file as a double click would, without a network. */
export async function openFile(
  { browser, file }: InBrowser,
  { width, isDark = false }: { width: number; isDark?: boolean },
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: isDark ? "dark" : "light",
    offline: true,
  });
  const page = await context.newPage();
  const offences: string[] = [];
  const address = pathToFileURL(file).href;
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) offences.push(message.text());
  });
  page.on("pageerror", (error) => offences.push(String(error)));
  page.on("dialog", (dialog) => {
    offences.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith("data:")) offences.push(`request: ${url}`);
  });
  const start = performance.now();
  await page.goto(address);
  await page.locator("html[data-ready=yes]").waitFor({ state: "attached" });
  return { page, offences, milliseconds: performance.now() - start };
}

/** Charts are drawn when a reader comes near: this one goes from the top to the end and back. */
export async function readThrough(page: Page): Promise<void> {
  for (const chart of await page.locator(".chart").all()) {
    await chart.scrollIntoViewIfNeeded();
    await chart.locator("svg").first().waitFor();
  }
  await page.locator("h1").scrollIntoViewIfNeeded();
}

/** Opens the table beneath a tile's chart, which is made a moment later. */
export async function openNumbers(tile: Locator): Promise<void> {
  await tile.locator("summary").click();
  await tile.locator("details tbody tr").first().waitFor();
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds in a page that keeps somebody from using it, and in how many rules it found nothing. */
export async function faultsOfAccess(page: Page): Promise<{ serious: string[]; passes: number }> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: { run: () => Promise<AxeResult> } }).axe;
    const { violations, passes } = await run();
    const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    return {
      serious: serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
      passes: passes.length,
    };
  });
}

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string }[] }[];
  passes: unknown[];
}
