import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { format } from "prettier";

import { readSettings } from "../settings/read-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { type Catalog, loadCatalog } from "../sql/catalog/catalog.ts";
import { cloudPage } from "./docs/cloud-page.ts";
import { lookerPage } from "./docs/looker-page.ts";
import { tablesPage } from "./docs/tables-page.ts";
import { program } from "./program.ts";

const pages: Record<string, (catalog: Catalog, prod: Settings) => string> = {
  "tables.md": tablesPage,
  "looker-studio.md": lookerPage,
  "google-cloud.md": (_catalog, prod) => cloudPage(prod),
};

/**
 * Writes the pages in docs/ that follow from the declarations; with --check it only says whether one
 * has drifted from them.
 */
await program(async () => {
  const [catalog, prod] = [await loadCatalog(), await readSettings("prod")];
  let drifted = 0;
  for (const [name, write] of Object.entries(pages)) {
    const page = path.join(import.meta.dirname, "..", "docs", name);
    const text = await format(write(catalog, prod), { parser: "markdown", printWidth: 100 });
    if (!process.argv.includes("--check")) await writeFile(page, text);
    else if ((await readFile(page, "utf8").catch(() => "")) !== text) {
      console.error(
        `docs/${name} has drifted from what it is written from. Run npm run docs and commit it`,
      );
      drifted += 1;
    }
  }
  return drifted === 0 ? 0 : 1;
});
