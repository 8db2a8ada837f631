import path from "node:path";

import { exitCodes } from "../errors.ts";
import { loadCatalog } from "../sql/catalog/catalog.ts";
import { exportTables, manifestName } from "./export/export-tables.ts";
import { readOptions } from "./export/options.ts";
import { program } from "./program.ts";

/** Writes a lake's published tables as files that other warehouses load. */
await program(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) return exitCodes.success;
  const { tables, synthetic } = await exportTables(await loadCatalog(), options, {
    wrote: ({ table, rows, bytes, file }) => {
      const place = path.join(options.to, file);
      console.log(`${table}: ${whole(rows)} rows, ${whole(bytes)} bytes, ${place}`);
    },
    leftOut: ({ table, why }) => {
      console.error(`warning: ${table.id} is left out: ${why}. Make it with npm run pipeline`);
    },
  });
  if (synthetic === true) {
    console.log("SYNTHETIC DATA: these films, users and figures are made up.");
  }
  const manifest = path.join(options.to, manifestName);
  console.log(`${tables.length} tables are in ${options.to}; ${manifest} says what they are`);
  return exitCodes.success;
});

/** Always the same form, whatever the machine's locale. */
function whole(value: number): string {
  return value.toLocaleString("en-US");
}
