import { messageOf } from "../../../errors.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import type { Cloud } from "../../cloud/cloud.ts";
import type { Log } from "../../report/log.ts";
import type { TransferProgress } from "../../report/transfer.ts";
import type { FolderLake } from "../folder.ts";
import {
  defaultPatience,
  type FilePlace,
  filePlaceOf,
  type Place,
  uriOf,
  urgentPlaceOf,
} from "./client.ts";
import { Lease, type RunClaim } from "./lease.ts";
import { readObject } from "./objects.ts";
import { addressesOf, NextVersion } from "./next-version.ts";
import { placeFiles } from "./place.ts";
import { markLoading, type Pointed, type Pointer, readPointer, switchPointer } from "./pointer.ts";
import { fetchTables, pullVersion } from "./pull.ts";
import { placeDriver, placeRaw, type RawFile, saveText } from "./raw.ts";
import { partsFolder } from "./send.ts";
import { deleteObjects, listObjects, type StoredFile } from "./transfer.ts";
import { tableIdOf, versionFiles } from "./version-files.ts";

/** The version that readers of the bucket see. */
export interface Published {
  runId: string;
  /** Whether the warehouse has been loaded from it. */
  loaded: boolean;
  /** Where each table's Parquet files are, gs://..., by the table's id. */
  uris: ReadonlyMap<string, readonly string[]>;
}

/**
 * The lake in a bucket: what one environment's runs have in common, whichever machine they run on.
 *
 *     lock.json                         who works on it: a lease
 *     current.json                      the pointer: which version readers see, and its files
 *     versions/<run id>/<layer>/<table>/  the version's files, with kept/, lake.json, dashboard.html
 *     raw/<source>/<SHA-256>/<name>     files as they were received
 *     work/<run id>/<layer>/<table>/    tables that Spark reads and makes
 *     work/parts/<name>/<bytes>         parts of files that are on their way
 *     drivers/<SHA-256>.py              programs for Spark
 *
 * A version's files never change once the pointer names them. The pointer is replaced under the
 * generation that was read when the run began, so of two runs at most one publishes.
 */
export class BucketLake {
  /** This run's right to it, which tells what earlier runs have left at work. */
  readonly lease: Lease;
  readonly #place: FilePlace;
  /** For the pointer. */
  readonly #urgent: Place;
  #pointed: Pointed;
  #nextVersion: NextVersion | undefined;
  /** That this run has begun and does not go on with. */
  #versions = 0;

  private constructor(place: FilePlace, lease: Lease, pointed: Pointed) {
    this.#place = place;
    this.#urgent = lease.place;
    this.lease = lease;
    this.#pointed = pointed;
  }

  /**
   * Opens the lake for one run, whose right to it is renewed until it is closed.
   *
   * @throws MarqueeError (cloud) saying who holds it, or why it cannot be used
   */
  static async open(
    cloud: Cloud,
    claim: RunClaim,
    log: Log,
    patience = defaultPatience,
  ): Promise<BucketLake> {
    const urgent = urgentPlaceOf(cloud, patience);
    const lease = await Lease.take(urgent, claim, log);
    try {
      return new BucketLake(filePlaceOf(cloud, patience), lease, await readPointer(urgent));
    } catch (error) {
      await lease.close();
      throw error;
    }
  }

  /** Writes down which Spark job runs for this run, before it is submitted. */
  async note(sparkJob: string | undefined): Promise<void> {
    await this.lease.note(sparkJob);
  }

  /** @throws MarqueeError (cloud) where somebody else may work on the lake by now */
  expectHeld(): void {
    this.lease.expectHeld();
  }

  /** Ends the run's lease; another run may begin. */
  async close(): Promise<void> {
    await this.lease.close();
  }

  /** What readers saw when this run began, or what it has published since. */
  published(): Published | undefined {
    const { value } = this.#pointed;
    return value && this.#publishedOf(value);
  }

  /**
   * Makes the local published version that of the bucket, checked by CRC32C. Before the bucket has
   * one, the local one stays.
   *
   * @returns whether the local version is another one now, which has no warehouse
   */
  async pull(lake: FolderLake, progress: TransferProgress): Promise<boolean> {
    const { value } = this.#pointed;
    return value === undefined ? false : pullVersion(this.#place, value, lake, progress);
  }

  /** Keeps files as they were received; what is there already is not sent again. */
  async putRaw(files: readonly RawFile[], progress: TransferProgress): Promise<void> {
    this.expectHeld();
    await placeRaw(this.#place, files, progress);
  }

  /**
   * Puts tables of the work folder where Spark reads them.
   *
   * @returns the root of this run's tables in the bucket: gs://bucket/work/run
   */
  async putWork(
    root: string,
    tables: readonly Table[],
    progress: TransferProgress,
  ): Promise<string> {
    this.expectHeld();
    const ids = new Set(tables.map(({ id }) => id));
    const isTheirs = (name: string): boolean => ids.has(tableIdOf(name) ?? "");
    const files = (await versionFiles(root)).filter(({ name }) => isTheirs(name));
    const before = await listObjects(this.#place, `${this.#work}/`);
    await placeFiles(this.#place, files, {
      folder: this.#work,
      known: [...this.#current(), ...before],
      progress,
    });
    // Files of these tables that an earlier try of this run has put there.
    const names = new Set(files.map(({ name }) => name));
    const old = before.filter((one) => {
      const name = one.name.slice(this.#work.length + 1);
      return isTheirs(name) && !names.has(name);
    });
    await deleteObjects(
      this.#place,
      old.map(({ name }) => name),
    );
    return uriOf(this.#place, this.#work);
  }

  /** Fetches tables that Spark has made into the work folder. */
  async fetchWork(
    root: string,
    tables: readonly Table[],
    progress: TransferProgress,
  ): Promise<void> {
    await fetchTables(this.#place, tables, { from: this.#work, to: root, progress });
  }

  /** @returns the address of the text */
  async putText(name: string, text: string): Promise<string> {
    this.expectHeld();
    await saveText(this.#place, name, text);
    return uriOf(this.#place, name);
  }

  /** @returns undefined where there is none */
  async getText(name: string): Promise<string | undefined> {
    return (await readObject(this.#place, name))?.text;
  }

  /** @returns the address of a program with this text */
  async putDriver(text: string): Promise<string> {
    this.expectHeld();
    return uriOf(this.#place, await placeDriver(this.#place, text));
  }

  /** Begins the next version with no files: those that were placed for one that failed do not count. */
  begin(): void {
    if (this.#nextVersion !== undefined) this.#versions += 1;
    this.#nextVersion = undefined;
  }

  /**
   * Puts files of a folder where the next version will be; no reader sees them yet.
   *
   * @param isWanted chooses files by their names below the folder: core/movies/part-00000.parquet
   */
  async place(
    versionFolder: string,
    isWanted: (name: string) => boolean,
    progress: TransferProgress,
  ): Promise<void> {
    this.expectHeld();
    const how = { known: this.#current(), work: `${this.#work}/`, progress };
    await this.#next().take(versionFolder, isWanted, how);
  }

  /** Where a table's files of the next version are, as far as they are placed. */
  placedUris({ id }: Table): readonly string[] {
    return this.#publishedOf(this.#coming(false)).uris.get(id) ?? [];
  }

  /**
   * Writes down, before it is so, that the warehouse may have other tables than those that readers of
   * the bucket see. It is written also where it stands there: what a run before this one has sent, and
   * is still on its way, cannot become the pointer any more.
   *
   * @throws MarqueeError (cloud) where somebody else has published meanwhile
   */
  async markLoading(): Promise<void> {
    this.#pointed = await markLoading(this.#urgent, this.#pointed);
  }

  /**
   * Makes what was placed the version that readers see.
   *
   * @param loaded whether the warehouse has the same tables
   * @throws MarqueeError (cloud) where somebody else has published meanwhile: nothing has changed then
   */
  async publish(loaded: boolean): Promise<Published> {
    this.expectHeld();
    const coming = this.#coming(loaded);
    this.#pointed = await switchPointer(this.#urgent, this.#pointed, coming);
    this.begin();
    return this.#publishedOf(coming);
  }

  /**
   * Deletes what no reader needs: other versions than the one that readers see, and what runs have
   * left in work. Parts of raw files stay for who sends these again, until the bucket's own rules
   * delete them.
   *
   * @returns what could not be tidied up; readers see the tables all the same
   */
  async tidy(): Promise<string | undefined> {
    try {
      this.expectHeld();
      // Asked again, for what the pointer names must not be deleted whoever has written it.
      const { value } = await readPointer(this.#urgent);
      const kept = new Set(value?.files.map(({ name }) => `${value.folder}/${name}`));
      await this.#clear("versions/", (name) => kept.has(name));
      await this.#clear("work/", (name) => name.startsWith(`${partsFolder}/raw/`));
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  async #clear(prefix: string, isKept: (name: string) => boolean): Promise<void> {
    const found = await listObjects(this.#place, prefix);
    const others = found.map(({ name }) => name).filter((name) => !isKept(name));
    await deleteObjects(this.#place, others);
  }

  get #work(): string {
    return `work/${this.lease.runId}`;
  }

  /** A run's further versions stand beside its first: readers may see that one, known to the run or not. */
  #next(): NextVersion {
    const folder = `versions/${this.lease.runId}`;
    const number = this.#versions;
    this.#nextVersion ??= new NextVersion(
      this.#place,
      number === 0 ? folder : `${folder}.${number}`,
    );
    return this.#nextVersion;
  }

  #coming(loaded: boolean): Omit<Pointer, "format"> {
    const next = this.#next();
    return { runId: this.lease.runId, folder: next.folder, loaded, files: next.files() };
  }

  /** The objects of the version that readers see. */
  #current(): StoredFile[] {
    const { folder = "", files = [] } = this.#pointed.value ?? {};
    return files.map((file) => ({ ...file, name: `${folder}/${file.name}` }));
  }

  #publishedOf({ runId, loaded, folder, files }: Omit<Pointer, "format">): Published {
    const names = files.map(({ name }) => name);
    const uris = addressesOf(names, (name) => uriOf(this.#place, `${folder}/${name}`));
    return { runId, loaded, uris };
  }
}
