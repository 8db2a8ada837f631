import { fetchDataset } from "./fetch/dataset.ts";
import { type GivenSource, givenSources } from "./fetch/given.ts";
import { makeSample } from "./fetch/sample.ts";
import { unpackZip } from "./fetch/zip-source.ts";
import type { Run } from "./run.ts";

/** Gets the files of the sources that were asked for; a folder is read in place. */
export async function fetch(run: Run): Promise<void> {
  for (const source of await givenSources(run.options.sources, run.catalog.datasets)) {
    await fetchSource(source, run);
  }
}

async function fetchSource(source: GivenSource, { lake, catalog, log }: Run): Promise<void> {
  const effects = { sources: catalog.sources, log };
  switch (source.kind) {
    case "sample":
      return makeSample(lake.rawFolder(source.name), log);
    case "dataset":
      return fetchDataset(source.dataset, lake.rawFolder(source.name), effects);
    case "zip":
      return unpackZip(source.zip, lake.rawFolder(source.name), effects);
    case "folder":
      return;
  }
}
