import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { format } from "prettier";

import { loadCatalog } from "../sql/catalog/catalog.ts";
import { tablesPage } from "./docs/tables-page.ts";
import { program } from "./program.ts";

const page = path.join(import.meta.dirname, "..", "docs", "tables.md");

/**
 * Writes docs/tables.md from the declarations; with --check it only says whether the page has
 * drifted from them.
 */
await program(async () => {
  const text = await format(tablesPage(await loadCatalog()), {
    parser: "markdown",
    printWidth: 100,
  });
  if (!process.argv.includes("--check")) {
    await writeFile(page, text);
    return 0;
  }
  const written = await readFile(page, "utf8").catch(() => "");
  if (written === text) return 0;
  console.error("docs/tables.md has drifted from sql/. Run npm run docs and commit it");
  return 1;
});
