/**
 * Words that DuckDB, Spark (ANSI) or BigQuery reserve: as a column's or table's name each of them
 * would need quotes somewhere, and quotes differ.
 */
export const reservedWords: ReadonlySet<string> = new Set(
  `all analyse analyze and anti any array as asc asof assert_rows_modified asymmetric at
  authorization between both by case cast check collate column constraint contains create cross cube
  current current_date current_time current_timestamp current_user default deferrable define desc
  describe distinct do else end enum escape except exclude exists extract false fetch filter
  following for foreign from full glob grant group grouping groups hash having if ignore ilike in
  initially inner intersect interval into is isnull join lambda lateral leading left like limit
  lookup merge natural new no not notnull null nulls of offset on only or order outer over overlaps
  partition percentile_cont percentile_disc pivot placing positional preceding primary proto qualify
  range recursive references respect returning right rollup rows select semi session_user set show
  similar some struct summarize symmetric table tablesample then time to trailing treat true
  unbounded union unique unknown unnest unpivot user using values variadic when where window with
  within`.split(/\s+/),
);
