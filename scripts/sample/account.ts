import { flawsOf, type Fate, type FlawOf, type Source } from "./flaws.ts";
import type { LayoutName } from "./layouts.ts";

/** What a reader of one file must arrive at: records = kept + superseded + quarantined. */
export interface SourceAccount {
  /** Data records in the file, the header not counted. */
  records: number;
  kept: number;
  superseded: number;
  quarantined: number;
  /** The records to be quarantined, by their number in the file, counted from 1, and why. */
  quarantine: { record: number; flaw: string }[];
  /** How many records have each flaw, harmless ones too. */
  flaws: Record<string, number>;
}

/** The account of each source that the layout has. */
export type SampleAccount = Partial<Record<Source, SourceAccount>>;

/** Counts the records of one source while they are written. */
export class Tally<S extends Source> {
  private records = 0;
  private superseded = 0;
  private readonly quarantine: SourceAccount["quarantine"] = [];
  private readonly flaws: Record<string, number> = {};
  private readonly fates: ReadonlyMap<string, Fate>;

  /** @param layout needed where the source has flaws that not all layouts can have */
  constructor(source: S, layout?: LayoutName) {
    this.fates = new Map(flawsOf(source, layout).map(([name, { fate }]) => [name, fate]));
    for (const name of this.fates.keys()) this.flaws[name] = 0;
  }

  /** Counts records without a flaw. */
  sound(records = 1): void {
    this.records += records;
  }

  /** Counts one record; the worst of its flaws is its fate. */
  record(names: readonly FlawOf<S>[]): void {
    this.records++;
    for (const name of names) this.note(name);
    const fatal = names.find((name) => this.fates.get(name) === "quarantined");
    if (fatal !== undefined) this.quarantine.push({ record: this.records, flaw: fatal });
    else if (names.some((name) => this.fates.get(name) === "superseded")) this.superseded++;
  }

  /** Counts a flaw of records that were counted before. */
  note(name: FlawOf<S>, records = 1): void {
    this.flaws[name] = (this.flaws[name] ?? 0) + records;
  }

  account(): SourceAccount {
    const { records, superseded, quarantine } = this;
    const quarantined = quarantine.length;
    const kept = records - superseded - quarantined;
    return { records, kept, superseded, quarantined, quarantine, flaws: this.flaws };
  }
}
