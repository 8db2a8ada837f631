import { MarqueeError } from "../../errors.ts";

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
