import { MarqueeError } from "../../errors.ts";
import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { Source } from "../../sql/catalog/types.ts";
import type { LakeState } from "../lake/state.ts";
import { fingerprintOf } from "../lake/table-files.ts";
import type { Run } from "../run.ts";
import { baseOf, stagingOf } from "./kept-records.ts";

type Prepared = NonNullable<LakeState["prepared"]>;

/**
 * What a merge adds to; undefined for a run that is none, and where nothing is published yet.
 *
 * @throws MarqueeError (lake) where staging is declared otherwise than when the lake was made
 */
export async function mergeBase({ catalog, lake, options }: Run): Promise<LakeState | undefined> {
  const published = options.merge ? await lake.published() : undefined;
  if (published?.state.prepared === undefined) return undefined;
  const { fingerprints = {} } = published.state;
  const other = stagingOf(catalog).find(
    (table) => fingerprints[table.id] !== fingerprintOf(table, catalog),
  );
  if (other === undefined) return published.state;
  throw new MarqueeError({
    reason: "lake",
    what: `${other.id} is declared otherwise than when this lake was made: nothing can be merged into it`,
    next: "Run once without --merge, from all sources",
  });
}

/** Tables that an earlier run has prepared and not published are lost from here on: say so. */
export async function tellGivenUp({ lake, log }: Run): Promise<void> {
  // What cannot be read is given up too: a run that begins anew needs nothing of it.
  const left = (await lake.workState().catch(() => undefined))?.prepared;
  const published = (await lake.published())?.state.prepared;
  if (left === undefined || left.runId === published?.runId) return;
  const { runId, sources } = left;
  log.warn(`what run ${runId} made of ${sources.join(", ")} was never published and is given up`);
}

/**
 * User ids of two data sets are strangers to each other. That files are of one cannot be seen in them;
 * that they are not can be seen where made-up data meets other data, or one published data set another.
 *
 * @throws MarqueeError (lake)
 */
export function expectNoStrangers(
  { catalog, options, lake }: Run,
  base: Prepared,
  isSynthetic: boolean,
): void {
  const ratedSets = (sources: readonly string[]): string[] =>
    catalog.datasets
      .filter(
        ({ name, holds }) => sources.includes(name) && holds.some((held) => isRated(catalog, held)),
      )
      .map(({ name }) => name);
  const [earlier, now] = [ratedSets(base.sources), ratedSets(options.sources)];
  const other = now.find((name) => earlier.length > 0 && !earlier.includes(name));
  if (other === undefined && base.synthetic === isSynthetic) return;
  const what =
    other === undefined
      ? `${base.synthetic ? "synthetic data" : "real data"}, the sources are ${isSynthetic ? "synthetic" : "real"}`
      : `${earlier.join(", ")}, and ${other} is another data set`;
  throw new MarqueeError({
    reason: "lake",
    what: `${lake.folder} holds ${what}: their user ids are strangers to each other`,
    next: "Give them a lake of their own with --lake, or run without --merge to replace what is there",
  });
}

function isRated({ sources }: Catalog, name: string): boolean {
  return sources.some((source) => source.name === name && source.oneFolder);
}

/**
 * Holds the records that earlier deliveries left of a source against its account.
 *
 * @returns them as a SELECT; undefined where there are none
 * @throws MarqueeError (lake) where some are missing
 */
export async function expectWholeBase(
  run: Run,
  source: Source,
  base: Prepared,
): Promise<string | undefined> {
  const records = baseOf(run, source);
  const kept = base.accounts.find((account) => account.source === source.name)?.kept ?? 0;
  const found =
    records === undefined ? 0 : await run.session.number(`select count(*) from (${records})`);
  if (found === kept) return records;
  throw new MarqueeError({
    reason: "lake",
    what: `of ${source.name} ${kept} records were kept, but ${found} are there: the lake ${run.lake.folder} is damaged`,
    next: "Make the tables again: run the pipeline without --merge, from all sources",
  });
}
