import { cp } from "node:fs/promises";
import path from "node:path";

import { loadCatalog } from "../../sql/catalog/catalog.ts";
import { failure } from "./errors.ts";
import { withFolder, writeFiles } from "./folder.ts";

const sqlFolder = path.join(import.meta.dirname, "..", "..", "sql");

/** A catalogue of one source and one staging table, to which a test adds what it is about. */
export const source = `
description: Made up
files: [{ name: things.csv, layout: csv }]
columns:
  id: { type: BIGINT, required: true }
  name: { type: STRING }
key: [id]
wins: [record_ordinal asc]
`;
export const staging = `
question: Which things are there?
grain: one row per thing
key: [id]
columns:
  id: { type: BIGINT, description: Number }
  name: { type: STRING, description: Name }
`;
export const declaration = (columns: string, more = ""): string => `
question: Which?
grain: one row per thing
key: [id]
columns:
  id: { type: BIGINT, description: Number }
${columns}
${more}
`;

export async function load(
  files: Record<string, string>,
): Promise<Awaited<ReturnType<typeof loadCatalog>>> {
  return withFolder(async (folder) => {
    await cp(path.join(sqlFolder, "macros"), path.join(folder, "macros"), { recursive: true });
    await writeFiles(folder, {
      "sources/things.yml": source,
      "staging/things.yml": staging,
      "staging/things.sql":
        "with final as (select id, name from raw.things)\nselect * from final\n",
      ...files,
    });
    return loadCatalog(folder);
  });
}

export async function refusal(files: Record<string, string>): Promise<string> {
  return (await failure(load(files), "catalog")).line;
}
