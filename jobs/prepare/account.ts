import { MarqueeError } from "../../errors.ts";
import type { Table } from "../../sql/catalog/types.ts";

/** What became of a source's records, each counted where it was found or written. */
export interface SourceAccount {
  source: string;
  files: number;
  bytes: number;
  read: number;
  kept: number;
  superseded: number;
  quarantined: number;
  outsideMonths: number;
}

/**
 * The accounts of all deliveries together: a record whose place a later one took is superseded.
 *
 * @param replaced how many such records there are, by source
 */
export function summed(
  earlier: readonly SourceAccount[],
  later: readonly SourceAccount[],
  replaced: ReadonlyMap<string, number>,
): SourceAccount[] {
  const sums = new Map(earlier.map((account) => [account.source, account]));
  for (const account of later) {
    const { source } = account;
    const before = sums.get(source);
    const lost = replaced.get(source) ?? 0;
    sums.set(source, {
      source,
      files: account.files + (before?.files ?? 0),
      bytes: account.bytes + (before?.bytes ?? 0),
      read: account.read + (before?.read ?? 0),
      kept: account.kept + (before?.kept ?? 0) - lost,
      superseded: account.superseded + (before?.superseded ?? 0) + lost,
      quarantined: account.quarantined + (before?.quarantined ?? 0),
      outsideMonths: account.outsideMonths + (before?.outsideMonths ?? 0),
    });
  }
  return [...sums.values()];
}

/**
 * Holds an account against the promise that no record is lost.
 *
 * @throws MarqueeError (internal) where it does not balance
 */
export function expectBalance(account: SourceAccount): void {
  const { read, kept, superseded, quarantined, outsideMonths } = account;
  if (read === kept + superseded + quarantined + outsideMonths) return;
  throw new MarqueeError({
    reason: "internal",
    what:
      `the account of ${account.source} does not balance: ${read} records read, but ${kept} kept, ` +
      `${superseded} superseded, ${quarantined} quarantined, ${outsideMonths} outside the months`,
    next: "Nothing was published; please report this with the source's files",
  });
}

/**
 * Holds a staging table that is called as its source, and so has a row for every record kept,
 * against the source's account.
 *
 * @throws MarqueeError (internal) where its SELECT lost or added rows
 */
export function expectAllArrived(
  table: Table,
  rows: number,
  accounts: readonly SourceAccount[],
): void {
  const account = accounts.find(({ source }) => source === table.name);
  if (account === undefined || account.kept === rows) return;
  throw new MarqueeError({
    reason: "catalog",
    what: `sql/${table.selectFile ?? table.file}: ${account.kept} records were kept, but ${table.id} has ${rows} rows`,
    next: "A staging table takes every record of its source once: mend the SELECT",
  });
}
