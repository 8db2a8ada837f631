-- The one place where DuckDB is taught Spark's spellings, so that a model is written once.
-- A model may use a name from here and it means on Spark what it means here; nothing else differs.

create or replace macro explode(items) as unnest(items);
create or replace macro regexp_like(text, pattern) as regexp_matches(text, pattern);
create or replace macro size(items) as cast(len(items) as integer);
-- Over no rows Spark collects an empty list, DuckDB's list() nothing.
create or replace macro collect_set(item) as
    coalesce(list(distinct item) filter (where item is not null), []);
create or replace macro collect_list(item) as
    coalesce(list(item) filter (where item is not null), []);
create or replace macro array_sort(items) as list_sort(items, 'ASC', 'NULLS LAST');
create or replace macro array_join(items, separator) as array_to_string(items, separator);
-- Spark counts the days from the second date to the first.
create or replace macro datediff(later, earlier) as date_diff('day', cast(earlier as date), cast(later as date));
create or replace macro add_months(day, months) as cast(day + to_months(cast(months as integer)) as date);

-- Names of our own, for what both engines have under different names. How Spark spells them stands in
-- sql/catalog/spark-spelling.ts.

-- An aggregate: the three rows with the highest a, of equals the highest b, then the lowest c. None
-- of them may be NULL.
create or replace macro three_best(a, b, c) as max({'highest': a, 'then_highest': b, 'lowest': -c}, 3);
-- The whole number with this bit alone, 0 to 62.
create or replace macro bit_of(number) as cast(1 as bigint) << number;
create or replace macro holds_bit(bits, one) as (bits & one) <> 0;
