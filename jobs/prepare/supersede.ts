import { deliveredAt, recordOrdinal } from "../../sql/catalog/source.ts";
import { rawDuckdbType, type Source } from "../../sql/catalog/types.ts";
import type { Session } from "../duckdb.ts";
import type { Scan } from "./scan.ts";
import { typedRecords } from "./typed-records.ts";

/**
 * Makes raw.<source>: one record a key, the one that the source's declaration lets win, out of the
 * typed records of all files. Exact copies and older versions are left out and counted.
 *
 * @returns records kept, and records superseded
 */
export async function createRawView(
  session: Session,
  source: Source,
  scans: readonly Scan[],
): Promise<{ kept: number; superseded: number }> {
  const view = `raw.${source.name}`;
  for (const schema of ["raw", "typed", "superseded"]) {
    await session.run(`create schema if not exists ${schema}`);
  }
  if (scans.length === 0) {
    const columns = source.columns.map(
      (column) => `null::${rawDuckdbType(column)} as "${column.name}"`,
    );
    await session.run(
      `create view ${view} as select ${columns.join(", ")}, 0::bigint as ${recordOrdinal} where false`,
    );
    return { kept: 0, superseded: 0 };
  }

  const records = scans.map(({ typed }) => `from ${typedRecords(typed)}`).join(" union all ");
  const misfits = scans.flatMap((scan) => scan.misfits);
  const misfit = misfits.length === 0 ? "" : ` and ${recordOrdinal} not in (${misfits.join(", ")})`;
  await session.run(`
    create view typed.${source.name} as
    select * exclude (fault) from (${records}) where fault is null${misfit}`);

  const key = source.key.map((column) => `"${column}"`).join(", ");
  await session.run(`
    create table superseded.${source.name} as
    with keys as (select ${key} from typed.${source.name} group by all having count(*) > 1),
    copies as (
        select ${recordOrdinal}, row_number() over (partition by ${key} order by ${winsFirst(source)}) as place
        from typed.${source.name} semi join keys using (${key})
    )
    select ${recordOrdinal} from copies where place > 1`);
  const superseded = await session.number(`select count(*) from superseded.${source.name}`);

  const without =
    superseded === 0 ? "" : ` anti join superseded.${source.name} using (${recordOrdinal})`;
  await session.run(
    `create view ${view} as select * exclude (${deliveredAt}) from typed.${source.name}${without}`,
  );
  const kept = await session.number(`select count(*) from ${view}`);
  return { kept, superseded };
}

/** The declared order, with the record's place as the last word so that it is total. */
function winsFirst(source: Source): string {
  const keys = source.wins.map(({ column, direction }) => `"${column}" ${direction} nulls last`);
  return [...keys, `${recordOrdinal} asc`].join(", ");
}
