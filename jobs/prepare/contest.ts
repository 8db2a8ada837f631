import { deliveredAt, recordOrdinal } from "../../sql/catalog/source.ts";
import { rawDuckdbType, type Source } from "../../sql/catalog/types.ts";
import type { Months } from "../months.ts";
import type { Session } from "../duckdb.ts";
import { contestedKeys, keyOf } from "./contested-keys.ts";
import type { Scan } from "./scan.ts";
import { typedRecords } from "./typed-records.ts";

/** What a contest is held over. */
export interface Contest {
  scans: readonly Scan[];
  /** Only records of these months take part; all do where none are asked for. */
  months: Months | undefined;
  /** A relation with the winners of earlier deliveries, one a key; undefined where there are none. */
  base: string | undefined;
}

/** Each counted in the records of the files. */
export interface Outcome {
  kept: number;
  superseded: number;
  outsideMonths: number;
  /** Earlier winners that lost their place to a record of these files. */
  replaced: number;
}

/**
 * Makes raw.<source>: of every key the record that the source's declaration lets win, out of the typed
 * records of all files and, in a merge, what earlier deliveries left. Exact copies and older versions
 * are left out and counted. replaced.<source> has the keys whose earlier winner must go.
 */
export async function holdContest(
  session: Session,
  source: Source,
  { scans, months, base }: Contest,
): Promise<Outcome> {
  for (const schema of ["raw", "typed", "superseded", "replaced"]) {
    await session.run(`create schema if not exists ${schema}`);
  }
  if (scans.length === 0) {
    await session.run(`create or replace view raw.${source.name} as ${noRecords(source)}`);
    return { kept: 0, superseded: 0, outsideMonths: 0, replaced: 0 };
  }

  const { good, inMonths } = await showTyped(session, source, scans, months);
  const { superseded, replaced } = await rank(session, source, base);
  const without =
    superseded === 0 ? "" : ` anti join superseded.${source.name} using (${recordOrdinal})`;
  await session.run(
    `create or replace view raw.${source.name} as select * from typed.${source.name}${without}`,
  );
  const kept =
    superseded === 0 ? inMonths : await session.number(`select count(*) from raw.${source.name}`);
  return { kept, superseded, outsideMonths: good - inMonths, replaced };
}

/** @returns how many records are sound, and how many of them lie in the months asked for */
async function showTyped(
  session: Session,
  source: Source,
  scans: readonly Scan[],
  months: Months | undefined,
): Promise<{ good: number; inMonths: number }> {
  const records = scans.map(({ typed }) => `from ${typedRecords(typed)}`).join(" union all ");
  const misfits = scans.flatMap((scan) => scan.misfits);
  const misfit = misfits.length === 0 ? "" : ` and ${recordOrdinal} not in (${misfits.join(", ")})`;
  const sound = `select * exclude (fault) from (${records}) where fault is null${misfit}`;
  const asked =
    months === undefined || source.months === undefined
      ? ""
      : ` and "${source.months}" between date '${months.from}-01' and date '${months.to}-01'`;
  await session.run(`create or replace view typed.${source.name} as ${sound}${asked}`);
  const inMonths = await session.number(`select count(*) from typed.${source.name}`);
  const good = asked === "" ? inMonths : await session.number(`select count(*) from (${sound})`);
  return { good, inMonths };
}

/**
 * Ranks the records of every key that stands more than once.
 *
 * @returns how many records of the files lost, and how many earlier winners
 */
async function rank(
  session: Session,
  source: Source,
  base: string | undefined,
): Promise<{ superseded: number; replaced: number }> {
  const { name } = source;
  const key = keyOf(source);
  await session.run(`
    create or replace temp table contested as ${await contestedKeys(session, source, base)}`);
  const earlier =
    base === undefined
      ? ""
      : ` union all by name
        select *, true as is_earlier from (${base}) semi join contested using (${key})`;
  await session.run(`
    create or replace temp table losers as
    with contestants as (
        select *, false as is_earlier from typed.${name} semi join contested using (${key})${earlier}
    ),
    places as (
        select ${recordOrdinal}, is_earlier, ${key},
            row_number() over (partition by ${key} order by ${winsFirst(source)}) as place
        from contestants
    )
    select * exclude (place) from places where place > 1`);
  await session.run(`
    create or replace table superseded.${name} as
    select ${recordOrdinal} from losers where not is_earlier;
    create or replace table replaced.${name} as select ${key} from losers where is_earlier`);
  return {
    superseded: await session.number(`select count(*) from superseded.${name}`),
    replaced: await session.number(`select count(*) from replaced.${name}`),
  };
}

/**
 * The declared order; then the record's place among those of its run, and last its very values, so that
 * dated deliveries leave the same records in whatever order they come. Of two alike the earlier stays.
 */
function winsFirst(source: Source): string {
  const keys = source.wins.map(({ column, direction }) => `"${column}" ${direction} nulls last`);
  const values = source.columns.map(({ name }) => `"${name}" asc nulls last`);
  return [...keys, `${recordOrdinal} asc nulls first`, ...values, "is_earlier desc"].join(", ");
}

function noRecords(source: Source): string {
  const columns = source.columns.map(
    (column) => `null::${rawDuckdbType(column)} as "${column.name}"`,
  );
  const added = [`0::bigint as ${recordOrdinal}`, `to_timestamp(0) as ${deliveredAt}`];
  return `select ${[...columns, ...added].join(", ")} where false`;
}
