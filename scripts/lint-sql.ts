import { loadCatalog } from "../sql/catalog/catalog.ts";
import { SqlParser } from "../sql/catalog/parse.ts";
import { lintSelect } from "../sql/catalog/subset.ts";
import { program } from "./program.ts";

/** Holds the SELECTs of core and marts against the subset of SQL that every engine shares. */
await program(async () => {
  const { tables } = await loadCatalog();
  const parser = await SqlParser.create();
  try {
    const models = tables.filter(({ layer }) => layer === "core" || layer === "marts");
    const faults = [];
    for (const { select, selectFile } of models) {
      if (select === undefined || selectFile === undefined) continue;
      faults.push(...lintSelect(await parser.parse(`sql/${selectFile}`, select)));
    }
    for (const { file, line, rule, message } of faults) {
      console.log(`${file}:${line}: ${rule}: ${message}`);
    }
    console.log(`${models.length} models, ${faults.length} faults against the shared SQL`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    parser.close();
  }
});
