import type { Table } from "../../../../sql/catalog/types.ts";
import type { TransferProgress } from "../../../report/transfer.ts";

/** What Spark on Dataproc asks of the bucket: a run's work, below an address of its own. */
export interface WorkBucket {
  /**
   * Puts tables of the work folder below the run's address, unless they are there already.
   *
   * @param root the work folder
   * @returns the run's address: gs://BUCKET/work/RUN
   */
  putWork(root: string, tables: readonly Table[], progress: TransferProgress): Promise<string>;
  /** Puts the driver where every run finds it. @returns its address */
  putDriver(text: string): Promise<string>;
  /** Puts an object by its name in the bucket. @returns its address */
  putText(name: string, text: string): Promise<string>;
  /** An object by its name in the bucket; undefined where there is none. */
  getText(name: string): Promise<string | undefined>;
  /** Fetches tables that were made below the run's address, in the place of the work folder's. */
  fetchWork(root: string, tables: readonly Table[], progress: TransferProgress): Promise<void>;
  /** Writes down which of Dataproc's jobs works for the run, so that whoever comes after can end it. */
  note(sparkJob: string | undefined): Promise<void>;
}
