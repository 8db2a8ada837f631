import { loadCatalog } from "../sql/catalog/catalog.ts";
import { checkQuery } from "../sql/catalog/check-query.ts";
import { SqlParser } from "../sql/catalog/parse.ts";
import { lintSelect } from "../sql/catalog/subset.ts";
import { program } from "./program.ts";

/** Holds the SELECTs of core and marts, and every check, against the subset of SQL that every engine shares. */
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
    const checks = tables
      .filter(({ layer }) => layer !== "ops")
      .flatMap((table) => table.checks.map((check) => ({ table, check })));
    for (const { table, check } of checks) {
      const query = checkQuery(table, check, new Date());
      faults.push(...lintSelect(await parser.parse(`sql/${table.file} (${check.name})`, query)));
    }
    for (const { file, line, rule, message } of faults) {
      console.log(`${file}:${line}: ${rule}: ${message}`);
    }
    console.log(
      `${models.length} models and ${checks.length} checks, ${faults.length} faults against the shared SQL`,
    );
    return faults.length === 0 ? 0 : 1;
  } finally {
    parser.close();
  }
});
