import { readdir } from "node:fs/promises";
import path from "node:path";

import { filesFolder, originFile } from "../../jobs/fetch/origin.ts";
import type { Dataset } from "../../sql/catalog/types.ts";
import { fileNames, layoutNames } from "../sample/layouts.ts";
import { partialName } from "../sample/whole-file.ts";
import { type Findings, isFolder, nothing, together } from "./findings.ts";

/** Says that a sample is being written; without it the files would be taken for a stranger's. */
const sampleMark = partialName(originFile);

/**
 * The raw folders that the published tables were not made from, and what was left half done beside
 * the others: these are the evidence of the published tables, and stay.
 *
 * @param sources that the published tables were made from, as a person named them
 */
export async function inRaw(
  lake: string,
  sources: readonly string[],
  datasets: readonly Dataset[],
): Promise<Findings> {
  const raw = path.join(lake, "raw");
  if (!(await isFolder(raw))) return nothing;
  const found = [];
  for (const entry of await readdir(raw, { withFileTypes: true })) {
    const [source = "", suffix] = entry.name.split(/\.(next|old)$/);
    const own = entry.isDirectory() ? ownNames(source, datasets) : undefined;
    const folder: RawFolder = { raw, name: entry.name, source, suffix, own: own ?? new Set() };
    const names = own && (await readdir(path.join(raw, entry.name)));
    if (names === undefined || !isOurs(folder, names)) {
      found.push({ leftovers: [], strangers: [`raw/${entry.name}`] });
    } else if (isNeeded(source, sources)) found.push(await inNeeded(folder, names));
    else found.push(unneeded(folder, names, whyUnneeded(folder, names)));
  }
  return together(...found);
}

interface RawFolder {
  raw: string;
  name: string;
  /** The name without its suffix. */
  source: string;
  /** "next" while it is being filled, "old" while another takes its place. */
  suffix: string | undefined;
  /** Names that Marquee may have written into it. */
  own: ReadonlySet<string>;
}

/** What Marquee writes for a source; undefined for a name that it would not give to a raw folder. */
function ownNames(source: string, datasets: readonly Dataset[]): Set<string> | undefined {
  if (source === "sample") {
    const files = [originFile, ...layoutNames.flatMap(fileNames)];
    return new Set(files.flatMap((name) => [name, partialName(name)]));
  }
  const fetched = [originFile, filesFolder];
  const file = datasets.find(({ name }) => name === source)?.download.file;
  if (file !== undefined) return new Set([...fetched, file, `${file}.part`, `${file}.part.json`]);
  return source.toLowerCase().endsWith(".zip.unpacked") ? new Set(fetched) : undefined;
}

/** As a fetch judges before it replaces a folder; what is being filled has no origin yet. */
function isOurs({ suffix, own }: RawFolder, names: readonly string[]): boolean {
  if (names.length === 0) return true;
  if (suffix === "next") return names.some((name) => own.has(name));
  return names.includes(originFile) || names.includes(sampleMark);
}

/** Sources are named as a person named them: a dataset, a zip, or a folder, maybe in a raw one. */
function isNeeded(name: string, sources: readonly string[]): boolean {
  return sources.some((source) => {
    // Some file systems take two spellings of a name for one.
    const unpacked = `${path.basename(source)}.unpacked`.toLowerCase();
    const within = `/${path.normalize(source)}/`.includes(`/raw/${name}/`);
    return source === name || unpacked === name.toLowerCase() || within;
  });
}

async function inNeeded(folder: RawFolder, names: readonly string[]): Promise<Findings> {
  if (folder.suffix === "next") return unneeded(folder, names, whyUnneeded(folder, names));
  if (folder.suffix === "old") {
    // Where its successor has not come, the next run gives it its name back.
    const hasSuccessor = await isFolder(path.join(folder.raw, folder.source));
    return hasSuccessor ? unneeded(folder, names, whyUnneeded(folder, names)) : nothing;
  }
  const parts = names.filter(
    (name) =>
      folder.own.has(name) && /\.(part|part\.json|partial)$/.test(name) && name !== sampleMark,
  );
  const leftovers = parts.map((name) => ({
    name: `raw/${folder.name}/${name}`,
    why: "a file that was never finished",
    places: [path.join(folder.raw, folder.name, name)],
  }));
  return { leftovers, strangers: [] };
}

function whyUnneeded({ suffix }: RawFolder, names: readonly string[]): string {
  if (suffix === "old") return "its successor is in its place";
  if (suffix === undefined) return "the published tables were not made from it";
  const hasPart = names.some((name) => name.endsWith(".part"));
  return hasPart ? "a download that broke off; a fetch would go on" : "was never finished";
}

function unneeded(folder: RawFolder, names: readonly string[], why: string): Findings {
  const place = path.join(folder.raw, folder.name);
  const stranger = names.find((name) => !folder.own.has(name));
  // Without its other files Marquee would no longer know the folder for its own.
  if (stranger !== undefined) {
    return {
      leftovers: [],
      strangers: [`raw/${folder.name}/${stranger}, and what lies beside it`],
    };
  }
  // The origin goes last, so that a half-removed folder is still known too.
  const isLast = (name: string): boolean => name === originFile || name === sampleMark;
  const inOrder = [...names].sort((one, two) => Number(isLast(one)) - Number(isLast(two)));
  const places = inOrder.map((name) => path.join(place, name));
  return {
    leftovers: [{ name: `raw/${folder.name}/`, why, places, folder: place }],
    strangers: [],
  };
}
