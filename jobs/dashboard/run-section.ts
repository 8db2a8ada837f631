import { forPeople } from "./browser/numbers.ts";
import { escaped, htmlTable } from "./html.ts";
import type { RunFacts } from "./run-facts.ts";

/** What became of every record, and which promises held: so that the answers may be trusted. */
export function runSection(facts: RunFacts | undefined): string {
  const content = facts === undefined ? "<p>Ops know of no run.</p>" : told(facts);
  return `<section id="run" aria-labelledby="run-title">
<h2 id="run-title">The run</h2>
<div class="tiles">${content}</div>
</section>`;
}

function told(facts: RunFacts): string {
  const { runId, sources, engine, seconds, message, checks } = facts;
  const kept = facts.accounts.reduce((sum, { kept: count }) => sum + count, 0);
  const lacks = message === "" ? "" : `<p>To be known: ${escaped(message)}</p>`;
  return `
<article class="tile run"><h3>Where do the answers come from?</h3>
<p>From ${escaped(sources)}: ${forPeople(kept, "amount")} records kept. Prepared by the run <code>${escaped(runId)}</code>; the answers were made by ${escaped(engine)}, in a run of ${forPeople(Math.round(seconds), "amount")} seconds.</p>
${lacks}</article>
<article class="tile run"><h3>What became of every record?</h3>${accounts(facts)}</article>
<article class="tile run"><h3>Which records could not be read, and why?</h3>${quarantine(facts)}</article>
<article class="tile run"><h3>Which promises held?</h3>
<p>${count(checks.held, "check")} held, ${forPeople(checks.broken.length, "amount")} did not.</p>
${checks.broken.length === 0 ? "" : broken(facts)}</article>`;
}

function accounts({ accounts: all }: RunFacts): string {
  const head = ["Source", "Read", "Kept", "Superseded", "Quarantined", "Other months"];
  const rows = all.map(({ source, ...counts }) => [
    source,
    ...[counts.read, counts.kept, counts.superseded, counts.quarantined, counts.outsideMonths].map(
      (number) => forPeople(number, "amount"),
    ),
  ]);
  return htmlTable(
    "Records of each source, of all deliveries",
    head,
    rows,
    new Set([1, 2, 3, 4, 5]),
  );
}

function quarantine({ quarantine: reasons }: RunFacts): string {
  if (reasons.length === 0) return "<p>None of those that came last.</p>";
  const head = ["Source", "Reason", "Records", "For instance"];
  const rows = reasons.map(({ source, code, records, example }) => [
    ...[source, code.replaceAll("_", " "), forPeople(records, "amount"), example],
  ]);
  return htmlTable("Quarantined records that came last, by reason", head, rows, new Set([2]));
}

function broken({ checks }: RunFacts): string {
  const rows = checks.broken.map(({ table, name, failingRows }) => [
    ...[table, name.replaceAll("_", " "), forPeople(failingRows, "amount")],
  ]);
  return htmlTable("Warnings", ["Table", "Check", "Rows that break it"], rows, new Set([2]));
}

function count(number: number, what: string): string {
  return `${forPeople(number, "amount")} ${what}${number === 1 ? "" : "s"}`;
}
