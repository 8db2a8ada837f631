import type { Source } from "../../sql/catalog/types.ts";
import type { Session } from "../duckdb.ts";

/** A source's key, as SQL lists it. */
export function keyOf(source: Source): string {
  return source.key.map((column) => `"${column}"`).join(", ");
}

/**
 * The SELECT of the keys that stand more than once in typed.<source>, or there and in the base.
 *
 * A file whose keys ascend, as MovieLens' ratings by user and film, tells its copies by a look at
 * neighbours: one scan, where grouping 26 million keys takes ten times as long.
 */
export async function contestedKeys(
  session: Session,
  source: Source,
  base: string | undefined,
): Promise<string> {
  const key = keyOf(source);
  const typed = `typed.${source.name}`;
  const neighbours = neighbouringKeys(typed, source.key);
  const [seen = {}] = await session.rows(`
    select count(*) filter (where ${isBelow(source.key)}) as descents,
        count(*) filter (where ${isSame(source.key)}) as copies
    from (${neighbours})`);
  const ascends = seen["descents"] === 0n;
  const copies = ascends
    ? `select distinct ${key} from (${neighbours})
       where ${seen["copies"] === 0n ? "false" : isSame(source.key)}`
    : `select ${key} from ${typed} group by all having count(*) > 1`;
  if (base === undefined) return copies;
  return `${copies} union select ${key} from (${base}) semi join ${typed} using (${key})`;
}

/** Each row's key, and that of the row before it as previous_0, previous_1 ... */
export function neighbouringKeys(relation: string, key: readonly string[]): string {
  const previous = key.map((column, index) => `lag("${column}") over () as previous_${index}`);
  const columns = key.map((column) => `"${column}"`);
  return `select ${[...columns, ...previous].join(", ")} from ${relation}`;
}

/** Whether a row's key is less than the one before it. */
export function isBelow(key: readonly string[]): string {
  return key
    .map((column, index) => {
      const same = key.slice(0, index).map((earlier, at) => `"${earlier}" = previous_${at}`);
      return `(${[...same, `"${column}" < previous_${index}`].join(" and ")})`;
    })
    .join(" or ");
}

/** Whether a row's key is the one before it. */
export function isSame(key: readonly string[]): string {
  return key.map((column, index) => `"${column}" = previous_${index}`).join(" and ");
}
