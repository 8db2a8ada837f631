import type { FilePlace } from "./client.ts";
import type { TransferProgress } from "../../report/transfer.ts";
import { placeFiles } from "./place.ts";
import type { Pointer } from "./pointer.ts";
import { listObjects, type StoredFile } from "./transfer.ts";
import { tableIdOf, versionFiles } from "./version-files.ts";

/** A version on its way into the bucket: its files are there, and no reader knows of them. */
export class NextVersion {
  readonly folder: string;
  readonly #place: FilePlace;
  readonly #placed = new Map<string, StoredFile>();

  /** @param folder of the version in the bucket, which nobody else writes to */
  constructor(place: FilePlace, folder: string) {
    this.#place = place;
    this.folder = folder;
  }

  /**
   * Lets it have files of a version's folder. What the bucket has already is copied there.
   *
   * @param isWanted chooses files by their names below the folder: core/movies/part-00000.parquet
   * @param known objects that may have the same bytes, beside those that this run has put below `work`
   */
  async take(
    versionFolder: string,
    isWanted: (name: string) => boolean,
    {
      known,
      work,
      progress,
    }: { known: readonly StoredFile[]; work: string; progress: TransferProgress },
  ): Promise<void> {
    const files = (await versionFiles(versionFolder)).filter(({ name }) => isWanted(name));
    const all = [...known, ...(await listObjects(this.#place, work)), ...this.#placed.values()];
    const placed = await placeFiles(this.#place, files, {
      folder: this.folder,
      known: all,
      progress,
    });
    for (const file of placed) this.#placed.set(file.name, file);
  }

  /** Its files so far, by their names below its folder. */
  files(): Pointer["files"] {
    return [...this.#placed.values()]
      .map(({ name, bytes, crc32c }) => ({
        name: name.slice(this.folder.length + 1),
        bytes,
        crc32c,
      }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }
}

/** Where each table's Parquet files are, by the table's id. */
export function addressesOf(
  names: readonly string[],
  addressOf: (name: string) => string,
): Map<string, string[]> {
  const uris = new Map<string, string[]>();
  for (const name of names) {
    const id = tableIdOf(name);
    if (id !== undefined) uris.set(id, [...(uris.get(id) ?? []), addressOf(name)]);
  }
  return uris;
}
