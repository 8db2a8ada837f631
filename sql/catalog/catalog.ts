import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

import { MarqueeError } from "../../errors.ts";
import { expectDeclaredColumns } from "./bind.ts";
import { datasetDeclaration, sourceDeclaration, tableDeclaration } from "./declaration.ts";
import { datasetOf } from "./dataset.ts";
import { expectFlow, inDependencyOrder } from "./order.ts";
import { SqlParser } from "./parse.ts";
import { sourceOf } from "./source.ts";
import { tableOf } from "./table.ts";
import { type Dataset, type Layer, layers, type Source, type Table } from "./types.ts";
import { readYaml } from "../../yaml.ts";

/** All that sql/ declares, validated: whoever holds a Catalog need not doubt it. */
export interface Catalog {
  sources: Source[];
  /** What publishers offer for download. */
  datasets: Dataset[];
  /** In dependency order: each stands behind all that it reads. */
  tables: Table[];
  /** Statements that teach DuckDB the shared dialect and how dirty text is read. */
  macros: string[];
}

const sqlFolder = fileURLToPath(new URL("..", import.meta.url));

/**
 * Reads and validates the declarations and SELECTs of sql/.
 *
 * @param folder stands in for sql/ in tests
 * @throws MarqueeError (catalog) naming file and line: unknown keys, tables or columns, cycles,
 *   a SELECT that does not give what its table declares
 */
export async function loadCatalog(folder = sqlFolder): Promise<Catalog> {
  await expectKnownRooms(folder);
  const macros = await readAll(folder, "macros", ".sql");
  const sources = (await readAll(folder, "sources", ".yml")).map(({ file, name, text }) =>
    sourceOf(name, file, readYaml("catalog", `sql/${file}`, text, sourceDeclaration)),
  );
  const datasets = (await readAll(folder, "datasets", ".yml")).map(({ file, name, text }) =>
    datasetOf(name, file, readYaml("catalog", `sql/${file}`, text, datasetDeclaration), sources),
  );
  const declared: Table[] = [];
  for (const layer of layers) declared.push(...(await readLayer(folder, layer)));

  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const tables = inDependencyOrder(await withReads(connection, declared, sources));
    expectReferences(tables, sources);
    await expectDeclaredColumns(connection, macros, sources, tables);
    return { sources, datasets, tables, macros: macros.map(({ text }) => text) };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A layer that nobody knows would otherwise be left out without a word. */
async function expectKnownRooms(folder: string): Promise<void> {
  const rooms: readonly string[] = ["catalog", "macros", "datasets", "sources", ...layers];
  const unknown = (await readdir(folder)).find((name) => !rooms.includes(name));
  if (unknown === undefined) return;
  throw new MarqueeError({
    reason: "catalog",
    what: `sql/${unknown}: nobody knows what this is`,
    next: `The folders of sql/ are ${rooms.join(", ")}`,
  });
}

interface TextFile {
  /** Below sql/, with forward slashes. */
  file: string;
  name: string;
  text: string;
}

async function readAll(folder: string, room: string, extension: string): Promise<TextFile[]> {
  const entries = await readdir(path.join(folder, room)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  });
  const names = entries.filter((entry) => entry.endsWith(extension)).sort();
  return Promise.all(
    names.map(async (entry) => ({
      file: `${room}/${entry}`,
      name: path.basename(entry, extension),
      text: await readFile(path.join(folder, room, entry), "utf8"),
    })),
  );
}

/** Every declaration of a layer with the SELECT beside it; ops tables are written by runs. */
async function readLayer(folder: string, layer: Layer): Promise<Table[]> {
  const declarations = await readAll(folder, layer, ".yml");
  const selects = new Map((await readAll(folder, layer, ".sql")).map((file) => [file.name, file]));

  const tables = declarations.map(({ file, name, text }) => {
    const table = tableOf(
      layer,
      name,
      file,
      readYaml("catalog", `sql/${file}`, text, tableDeclaration),
    );
    const select = selects.get(name);
    selects.delete(name);
    if (layer === "ops") return table;
    if (table.recordsOf !== undefined && select === undefined) {
      return { ...table, select: recordsSelect(table), selectFile: file };
    }
    if (select === undefined || table.recordsOf !== undefined) {
      throw new MarqueeError({
        reason: "catalog",
        what: `sql/${file}: ${select === undefined ? "there is no SELECT beside it" : "records_of stands beside a SELECT"}`,
        next:
          select === undefined
            ? `Write sql/${layer}/${name}.sql`
            : `Take records_of away, or sql/${select.file}`,
      });
    }
    return { ...table, select: select.text, selectFile: select.file };
  });

  for (const { file, name } of selects.values()) {
    throw new MarqueeError({
      reason: "catalog",
      what: `sql/${file}: there is no declaration beside it`,
      next:
        layer === "ops" ? "Tables of ops are written by runs" : `Write sql/${layer}/${name}.yml`,
    });
  }
  return tables;
}

/** A table that holds its source's records as they are needs no SELECT of its own. */
function recordsSelect({ columns, recordsOf }: Table): string {
  const names = columns.map(({ name }) => name).join(", ");
  return `select ${names} from raw.${recordsOf ?? ""}\n`;
}

/** Fills in what each SELECT reads, taken from its parsed form. */
async function withReads(
  connection: DuckDBConnection,
  tables: readonly Table[],
  sources: readonly Source[],
): Promise<Table[]> {
  const parser = SqlParser.over(connection);
  const known = new Set([
    ...tables.map(({ id }) => id),
    ...sources.map(({ name }) => `raw.${name}`),
  ]);
  const result: Table[] = [];
  for (const table of tables) {
    if (table.select === undefined || table.selectFile === undefined) {
      result.push(table);
      continue;
    }
    const { tables: references } = await parser.parse(`sql/${table.selectFile}`, table.select);
    for (const { schema, table: name, line } of references) {
      if (schema === undefined || !known.has(`${schema}.${name}`)) {
        throw new MarqueeError({
          reason: "catalog",
          what: `sql/${table.selectFile}:${line}: there is no table ${schema === undefined ? "" : `${schema}.`}${name}`,
          next: "Name a CTE of this SELECT, or layer.table as the files in sql/ are called",
        });
      }
    }
    const reads = [...new Set(references.map((read) => `${read.schema ?? ""}.${read.table}`))];
    const complete = { ...table, reads };
    expectFlow(complete);
    result.push(complete);
  }
  return result;
}

/** Foreign keys and stand-ins must name what exists. */
function expectReferences(tables: readonly Table[], sources: readonly Source[]): void {
  const byId = new Map(tables.map((table) => [table.id, table]));
  for (const table of tables) {
    for (const check of table.checks) {
      if (check.check !== "foreign_key") continue;
      const parent = byId.get(check.references);
      const names = parent?.columns.map((column) => column.name) ?? [];
      if (!check.columns.every((column) => names.includes(column))) {
        throw new MarqueeError({
          reason: "catalog",
          what: `sql/${table.file}: check ${check.name} refers to ${check.references} (${check.columns.join(", ")}), which does not exist`,
          next: "Name a table and columns that are declared",
        });
      }
    }
  }
  for (const source of sources) {
    const unknown = source.stoodInBy.find((name) => !sources.some((other) => other.name === name));
    if (unknown !== undefined) {
      throw new MarqueeError({
        reason: "catalog",
        what: `sql/${source.file}: stood_in_by names "${unknown}"`,
        next: `The sources are ${sources.map(({ name }) => name).join(", ")}`,
      });
    }
  }
}
