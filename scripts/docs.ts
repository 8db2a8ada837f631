import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { format } from "prettier";

import { type Catalog, loadCatalog } from "../sql/catalog/catalog.ts";
import { lookerPage } from "./docs/looker-page.ts";
import { tablesPage } from "./docs/tables-page.ts";
import { program } from "./program.ts";

const pages: Record<string, (catalog: Catalog) => string> = {
  "tables.md": tablesPage,
  "looker-studio.md": lookerPage,
};

/**
 * Writes the pages in docs/ that follow from the declarations; with --check it only says whether one
 * has drifted from them.
 */
await program(async () => {
  const catalog = await loadCatalog();
  let drifted = 0;
  for (const [name, write] of Object.entries(pages)) {
    const page = path.join(import.meta.dirname, "..", "docs", name);
    const text = await format(write(catalog), { parser: "markdown", printWidth: 100 });
    if (!process.argv.includes("--check")) await writeFile(page, text);
    else if ((await readFile(page, "utf8").catch(() => "")) !== text) {
      console.error(`docs/${name} has drifted from sql/. Run npm run docs and commit it`);
      drifted += 1;
    }
  }
  return drifted === 0 ? 0 : 1;
});
