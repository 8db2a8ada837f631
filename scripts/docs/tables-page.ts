import type { Catalog } from "../../sql/catalog/catalog.ts";
import {
  type Column,
  type Dataset,
  layers,
  type Layer,
  type Source,
  type Table,
} from "../../sql/catalog/types.ts";

const layerSays: Record<Layer, string> = {
  staging: "One to one with a source: typed, one row a key, nothing faulty.",
  core: "What the questions join on.",
  marts: "The answers, each behind a tile.",
  ops: "What happened: one run after the other.",
};

/** A page of Markdown that says of every source and table what its declaration says. */
export function tablesPage({ sources, datasets, tables }: Catalog): string {
  const parts = [
    "# Tables",
    "Written by `npm run docs` from the declarations in sql/; change those, not this page.",
    "## datasets",
    "What `--source NAME` fetches from its publisher.",
    datasetsTable(datasets),
    "## sources",
    ...sources.flatMap((source) => sourcePart(source, datasets)),
  ];
  for (const layer of layers) {
    parts.push(`## ${layer}`, layerSays[layer]);
    for (const table of tables.filter((candidate) => candidate.layer === layer)) {
      parts.push(...tablePart(table));
    }
  }
  return parts.join("\n\n");
}

function datasetsTable(datasets: readonly Dataset[]): string {
  const rows = datasets.map(
    ({ name, title, page, publisher, licence, redistributable, download }) => {
      const may = redistributable ? "may be redistributed" : "may not be redistributed";
      const megabytes = (download.bytes / 1e6).toFixed(2);
      return `| ${name} | [${title}](${page}), ${publisher} | ${megabytes} | ${licence}; ${may} |`;
    },
  );
  return ["| name | what | MB | licence |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function sourcePart(source: Source, datasets: readonly Dataset[]): string[] {
  const files = source.files.map(({ name, small }) =>
    small === undefined ? `\`${name}\`` : `\`${name}\` or \`${small}\``,
  );
  const order = source.wins.map(({ column, direction }) => `${column} ${direction}`).join(", ");
  const holders = datasets.filter(({ holds }) => holds.includes(source.name));
  return [
    `### ${source.name}`,
    source.description,
    [
      `- Files: ${files.join(", ")}`,
      `- Key: ${source.key.join(", ")}; of several records the first by ${order} stays`,
      `- In the datasets ${holders.map(({ name }) => name).join(", ")}`,
    ].join("\n"),
  ];
}

function tablePart(table: Table): string[] {
  const facts = [
    `- Grain: ${table.grain}`,
    `- Key: ${table.key.join(", ")}${table.nullSafeKey ? " (NULL is a value)" : ""}`,
    ...(table.reads.length === 0 ? [] : [`- Reads: ${table.reads.join(", ")}`]),
    ...(table.partition === undefined
      ? []
      : [
          `- Partition: ${table.partition.by} of ${table.partition.column}${table.partition.filterRequired ? ", filter required" : ""}`,
        ]),
    ...(table.cluster.length === 0 ? [] : [`- Cluster: ${table.cluster.join(", ")}`]),
  ];
  const rows = table.columns.map(columnRow);
  return [
    `### ${table.id}`,
    table.question,
    ...(table.description === undefined ? [] : [table.description]),
    facts.join("\n"),
    ["| column | type | unit | description |", "| --- | --- | --- | --- |", ...rows].join("\n"),
  ];
}

function columnRow({ name, type, unit, description }: Column): string {
  return `| ${name} | ${type} | ${unit ?? ""} | ${description.replaceAll("|", "\\|")} |`;
}
