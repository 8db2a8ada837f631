/**
 * The functions that mean the same on both engines, with how many arguments they take there. What
 * DuckDB lacks of these, the file of macros gives it under Spark's name. To add one: try it on both
 * engines, with NULLs, with text beyond ASCII and at its limits, then add it here.
 */
const any = Number.POSITIVE_INFINITY;

export const sharedFunctions: ReadonlyMap<string, readonly [least: number, most: number]> = new Map(
  Object.entries({
    // Aggregates
    ...{ count: [0, 1], sum: [1, 1], avg: [1, 1], min: [1, 1], max: [1, 1] },
    ...{ bool_and: [1, 1], bool_or: [1, 1], collect_list: [1, 1], collect_set: [1, 1] },
    ...{ median: [1, 1], percentile_cont: [1, 1], bit_or: [1, 1] },
    // Names of our own, with a spelling for each engine: see sql/macros/dialect.sql
    ...{ three_best: [3, 3], bit_of: [1, 1], holds_bit: [2, 2] },
    // Any type (coalesce is syntax to the parser, like CASE)
    ...{ nullif: [2, 2], greatest: [2, any], least: [2, any] },
    // Numbers
    ...{ "+": [1, 2], "-": [1, 2], "*": [2, 2], "/": [2, 2], "%": [2, 2] },
    ...{ abs: [1, 1], ceil: [1, 1], ceiling: [1, 1], floor: [1, 1], round: [1, 1], sqrt: [1, 1] },
    // Text
    ...{ "||": [2, 2], "~~": [2, 2], "!~~": [2, 2], concat_ws: [2, any] },
    ...{ length: [1, 1], lpad: [3, 3], rpad: [3, 3], replace: [3, 3], split_part: [3, 3] },
    ...{ regexp_like: [2, 2], regexp_replace: [3, 3], substr: [2, 3], substring: [2, 3] },
    // Dates
    ...{ year: [1, 1], quarter: [1, 1], month: [1, 1], weekofyear: [1, 1], day: [1, 1] },
    ...{ last_day: [1, 1], make_date: [3, 3], date_trunc: [2, 2] },
    ...{ add_months: [2, 2], datediff: [2, 2] },
    // Arrays
    ...{ explode: [1, 1], size: [1, 1], array_sort: [1, 1] },
    ...{ array_join: [2, 2] },
  }),
);

/** Functions that only a window has; the aggregates above go with one too, the percentiles do not. */
export const windowFunctions: ReadonlySet<string> = new Set([
  ...["row_number", "rank", "dense_rank", "lag", "lead"],
  ...["count", "sum", "avg", "min", "max", "bool_and", "bool_or"],
]);

/** Their value is another one on every run, or in every session. */
export const movingFunctions: ReadonlySet<string> = new Set([
  ...["now", "today", "current_date", "current_time", "current_timestamp", "get_current_time"],
  ...["get_current_timestamp", "localtime", "localtimestamp", "transaction_timestamp", "curdate"],
  ...["random", "rand", "randn", "setseed", "shuffle"],
  ...["uuid", "uuidv4", "uuidv7", "gen_random_uuid"],
  ...["current_user", "session_user", "current_schema", "current_database", "version", "nextval"],
  ...["monotonically_increasing_id", "input_file_name", "spark_partition_id"],
]);

/** The same, written like a column. */
export const movingWords: ReadonlySet<string> = new Set([
  ...["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"],
  ...["user", "current_user", "session_user", "current_role", "current_catalog", "current_schema"],
  ...["rowid"],
]);

const inOrder = "number the rows with row_number() over (... order by ...) and keep the first";
const exactSums = "sum exactly and compute from count, sum and the sum of squares";
const lowerCase = "compare the text as it is: case differs beyond ASCII";
const noLambda = "explode the array in a subquery and work on its rows";
const cutText = "take a part with split_part(text, separator, n)";
const calendarPart = "write year(d), quarter(d), month(d), weekofyear(d) or day(d)";
const weekday = "write datediff(d, date '0001-01-01') % 7, where 0 is Monday";
const trimmed =
  "write regexp_replace(regexp_replace(text, '^ +', ''), ' +$', ''), or [ ] with NBSP for the space";

/** What to write instead of those that one would reach for. */
const insteads: ReadonlyMap<string, string> = new Map([
  ...each(["any_value", "first", "last", "first_value", "last_value", "arbitrary"], inOrder),
  ...each(["max_by", "min_by", "arg_max", "arg_min", "argmax", "argmin", "mode"], inOrder),
  ...each(["stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp"], exactSums),
  ...each(["corr", "covar_pop", "covar_samp", "skewness", "kurtosis"], exactSums),
  ...each(["upper", "lower", "ucase", "lcase", "initcap", "~~*", "!~~*"], lowerCase),
  ...each(["list_transform", "list_filter", "list_reduce", "transform", "filter"], noLambda),
  ...each(["unnest", "posexplode", "inline", "flatten"], "write explode(array) in a subquery"),
  ...each(["list_value", "struct_pack", "row", "map", "array"], "keep them as rows of a CTE"),
  ...each(["list", "array_agg"], "write array_sort(collect_list(x))"),
  ...each(["string_agg", "listagg"], "write array_join(array_sort(collect_set(x)), ',')"),
  ...each(["trim", "ltrim", "rtrim"], trimmed),
  ...each(["split", "string_split", "str_split", "regexp_split_to_array"], cutText),
  ...each(["regexp_extract", "regexp_extract_all", "like_escape"], cutText),
  ...each(["regexp_matches", "regexp_full_match", "~~~"], "write regexp_like(text, '^...$')"),
  ...each(["date_part", "datepart", "extract"], calendarPart),
  ...each(["week"], "write weekofyear(d)"),
  ...each(["dayofweek", "isodow", "weekday", "dayname"], weekday),
  ...each(["strftime", "date_format"], "write cast(d as string), or put parts together with ||"),
  ...each(["strptime", "to_date", "to_timestamp"], "guard the text and write cast(text as date)"),
  ...each(["date_diff", "date_sub", "datesub"], "write datediff(later, earlier)"),
  ...each(["date_add"], "write cast(d + interval 1 day as date)"),
  ...each(["date", "bigint", "int", "double", "string"], "write cast(x as ...)"),
  ...each(["timezone"], "keep the instant as it is: both sessions run in UTC"),
  ...each(["div", "divide", "fdiv"], "write cast(floor(x / nullif(y, 0)) as double)"),
  ...each(["mod", "fmod"], "write x % nullif(y, 0)"),
  ...each(["trunc"], "write cast(floor(x) as double)"),
  ...each(["hash", "md5", "sha1", "sha256", "xxhash64"], "keep the key's own columns"),
  ...each(["ifnull", "nvl"], "write coalesce(x, y)"),
  ...each(["approx_count_distinct"], "write count(distinct x)"),
  ...each(
    ["count_if", "countif"],
    "it is NULL over no rows on DuckDB: count(*) filter (where ...)",
  ),
  ...each(["concat"], "it skips NULL on DuckDB: write || (or concat_ws to skip NULL on both)"),
  ...each(["element_at", "list_extract", "array_extract"], "explode the array in a subquery"),
  ...each(["unix_timestamp", "epoch"], "compare the instants themselves"),
  ...each(
    ["quantile_cont", "quantile", "percentile"],
    "write percentile_cont(5e-1) within group (order by x)",
  ),
]);

function each(names: readonly string[], instead: string): [string, string][] {
  return names.map((name) => [name, instead]);
}

/** How a function is written that the tree knows by another name. */
export const wordings: ReadonlyMap<string, string> = new Map([
  ["~~*", "ilike"],
  ["!~~*", "not ilike"],
  ["~~~", "glob"],
  ["list_value", "[ ]"],
  ["struct_pack", "{ }"],
  ["row", "(a, b)"],
  ["timezone", "at time zone"],
]);

/** What to write instead of a function that is not shared, where that is known. */
export function insteadOf(name: string): string | undefined {
  return insteads.get(name);
}
