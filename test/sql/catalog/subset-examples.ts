/**
 * For every rule: lines that break it (no) and near twins that are fine (yes). A body is the whole
 * of the CTE `final`, unless it begins with `with`. ⏎ is a line break, ❯ stands where the fault is.
 */
export const examples = String.raw`
final-select
  no  with final as (select 1 as a) ⏎ select * from ❯final where a = 1
  no  with final as (select 1 as a) ⏎ select a from ❯final
  no  with final as (select 1 as a), other as (select 2 as a) ⏎ select * from ❯final
  yes with other as (select 2 as a), final as (select a from other) ⏎ select * from final
tables-have-a-layer
  no  select user_id ⏎ from ❯movies
  no  select user_id ⏎ from ❯raw.movies
  no  select user_id ⏎ from ❯lake.core.movies
  no  select user_id ⏎ from ❯'movies.parquet'
  yes select movie_id from core.movies
ctes-are-unique
  no  with a as (select 1 as x), ⏎ final as (with a as (select ❯2 as x) select * from a) select * from final
  yes with a as (select 1 as x), final as (with b as (select 2 as x) select * from b) select * from final
items-are-named
  no  select movie_id, ⏎ ❯avg(rating) from ratings group by all
  yes select movie_id, avg(rating) as average from ratings where rating > (select avg(rating) from ratings) group by all
names-need-no-quotes
  no  select ⏎ ❯rating as check from ratings
  no  select 1 as a from ⏎ ❯ratings as groups
  no  select 1 as a from ⏎ ❯ratings as r(rows)
  no  with time as ( ⏎ select ❯1 as a), final as (select a from time) select * from final
  no  with a(rows) as ( ⏎ select ❯1 as x), final as (select * from a) select * from final
  yes select rating as checked, movie_id as rank, 1 as year, 2 as month, 'x' as character from ratings
plain-identifiers
  no  select rating as ⏎ ❯"stars" from ratings
  yes select rating as stars from ratings
plain-strings
  no  select ⏎ ❯'it''s' as a
  no  select ⏎ ❯'[\d]' as a
  no  select ⏎ ❯E'a' as a
  no  select ⏎ ❯$$a$$ as a
  no  select 'a' ⏎ ❯'b' as a
  no  select 1 as ⏎ ❯'a'
  yes select 'it is --no comment /* " é' as a -- it's fine
plain-numbers
  no  select ⏎ rating * ❯0.5 as a from ratings
  no  select ⏎ rating * ❯.5 as a from ratings
  no  select ⏎ ❯1_000 as a
  no  select ⏎ ❯9223372036854775808 as a
  yes select rating * 5e-1 + 1.5e0 as a, 9223372036854775807 as b from ratings
plain-operators
  no  select ⏎ movie_id ❯:: bigint as a from ratings
  no  select movie_id from ratings where ⏎ movie_id ❯== 1
  no  select movie_id ⏎ ❯// 2 as a from ratings
  no  select movie_id from ratings where ⏎ movie_id ❯<=> 1
  no  select movie_id ⏎ ❯^ 2 as a from ratings
  no  select movie_id from ratings where 'a' ⏎ ❯~~ 'a'
  no  select ⏎ a❯: movie_id from ratings
  yes select movie_id + 1 - 2 * 3 as a, 'a' || 'b' as b from ratings where movie_id <> 1 and movie_id != 2
plain-comments
  no  select 1 as a ❯-- why \⏎, 2 as b
  no  select ❯/*+ broadcast(r) */ 1 as a
  yes select 1 as a -- why \ not ⏎, 2 as b /* + */ /* a /* nested */ one */
plain-characters
  no  select rating as ⏎ ❯größe from ratings
  yes select 'größe' as a -- größe
plain-clauses
  no  with ❯recursive final as (select 1 as a) ⏎ select * from final
  no  with a ❯as materialized (select 1 as a), ⏎ final as (select a from a) select * from final
  no  select 1 as a from ratings, ⏎ ❯lateral (select 1 as b) as x
  no  select 1 as a from ratings where rating ⏎ ❯isnull
  no  select 1 as a from ratings order by rating nulls last ⏎ ❯fetch first 1 rows only
  no  select cast( ⏎ ❯count() as bigint) as a from ratings
  no  select cast( ⏎ ❯count(ratings.*) as bigint) as a from ratings
  no  select 1 as a ⏎ ❯, from ratings
  no  select 1 as a where exists ( ⏎ ❯from ratings)
  no  select cast(count(*) ⏎ ❯filter (rating > 1) as bigint) as a from ratings
  no  select 1 as a where 1 = ⏎ ❯any (select movie_id from ratings)
  no  select cast(rated_month + ⏎ ❯interval '1 month' as date) as a from ratings
  no  select cast(rated_at + ⏎ ❯interval 36 hours as date) as a from ratings
  yes select cast(count(*) filter (where rating is null) as bigint) as a from ratings union all select 1 as a
six-types
  no  select ⏎ ❯cast(rating as varchar) as a from ratings
  no  select ⏎ ❯cast(cast(movie_id as bigint) as decimal(10, 2)) as a from ratings
  no  select ⏎ ❯cast(movie_id as int) as a from ratings
  no  select ⏎ ❯bigint '5' as a
  yes select cast(movie_id as string) as a, cast(cast(rating as string) as double) as b, date '2020-01-31' as c from ratings
plain-tables
  no  select 1 as a from ⏎ ❯read_parquet('ratings.parquet')
  no  select 1 as a from ⏎ (values (❯1)) as v
  no  select * from ⏎ ratings ❯pivot (avg(rating) for movie_id in (1, 2))
  yes select 1 as a from (select rating from ratings) as r
plain-joins
  no  select 1 as a from ratings ⏎ ❯natural join core.movies
  no  select 1 as a from ratings as r ⏎ ❯asof join core.movies as m on r.movie_id >= m.movie_id
  no  select 1 as a from ratings ⏎ ❯positional join core.movies
  yes select 1 as a from ratings semi join core.movies using (movie_id) cross join (select 1 as b) as x
  yes select r.rating from ratings as r left join core.movies as m on r.movie_id = m.movie_id
plain-stars
  no  select ⏎ ❯* exclude (rating) from ratings
  no  select ⏎ ❯ratings.* exclude (ratings.rating) from ratings
  no  select ⏎ ❯* replace (1 as rating) from ratings
  no  select ⏎ ❯* rename (rating as stars) from ratings
  no  select ⏎ ❯columns('r.*') from ratings
  yes select r.*, 1 as a from ratings as r
plain-selects
  no  select movie_id from ratings qualify ⏎ rank() over (order by rating nulls last) ❯= 1
  no  select distinct on ( ⏎ ❯movie_id) rating from ratings
  no  select movie_id from ⏎ ❯ratings tablesample 10%
  no  select ❯movie_id from ratings ⏎ using sample 10%
  no  select ❯1 as a union by name ⏎ select 2 as a
  yes select distinct movie_id from ratings union select 1 as a except all select 2 as a
sorts-place-nulls
  no  select movie_id, sum(rating * 1e0) over ( ⏎ order by ❯rating) as a from ratings
  no  select movie_id from ratings order by ⏎ ❯rating desc limit 1
  no  select movie_id from ratings order by ⏎ ❯all
  yes select movie_id, percentile_cont(5e-1) within group (order by rating) as a from ratings group by all order by movie_id nulls first limit 1
limits-are-ordered
  no  select movie_id from ratings ⏎ limit ❯3
  no  select movie_id from ratings order by movie_id nulls last ⏎ limit ❯3%
  yes select movie_id from ratings order by movie_id nulls last limit 3 offset 1
function-not-shared
  no  select ⏎ ❯upper('a') as a
  no  select ⏎ ❯any_value(rating) as a from ratings
  no  select ⏎ ❯round(rating, 2) as a from ratings
  no  select ⏎ ❯regexp_extract('a', 'a') as a
  no  select ⏎ ❯trim('a') as a
  no  select ⏎ ❯extract(year from rated_month) as a from ratings
  no  select ⏎ ❯count_if(rating > 1) as a from ratings
  no  select ⏎ ❯concat('a', 'b') as a
  no  select ⏎ ❯stddev(rating) as a from ratings
  no  select cast(rated_month + ⏎ ❯to_months(1) as date) as a from ratings
  no  select ⏎ ❯constructor(rating) as a from ratings
  no  select 1 as a where 'a' ⏎ ❯ilike 'A'
  no  select ⏎ ❯rated_month.last_day() as a from ratings
  no  select ⏎ ❯first_value(rating) over (order by rating nulls last) as a from ratings
  no  select ⏎ ❯collect_set(rating) over () as a from ratings
  yes select round(avg(rating)) as a, regexp_replace(regexp_replace(' a ', '^ +', ''), ' +$', '') as b, bool_or(rating > 4e0) as c from ratings
construct-not-shared
  no  select ⏎ 'a' ❯collate nocase as a
  no  select ⏎ ❯grouping(movie_id) as a from ratings group by rollup (movie_id)
  no  select ⏎ (x❯).a as a from ratings
  yes select case when not (rating in (1, 2) and movie_id is not null) then 1 end as a from ratings
same-on-every-run
  no  select ⏎ ❯current_date as a
  no  select ⏎ ❯random() as a
  no  select ⏎ ❯ratings.rowid as a from ratings
  yes select max(rated_month) as a from ratings
substrings-start-at-one
  no  select ⏎ ❯substring('abc', 0) as a
  no  select ⏎ ❯substr('abc', 1, length('abc') - 4) as a
  yes select substring('abc', 1, 2) as a, substr('abc', -2, greatest(length('abc') - 4, 0)) as b
patterns-are-plain
  no  select ⏎ ❯regexp_like('a', '[[:space:]]') as a
  no  select ⏎ ❯regexp_like('a', '(?i)A') as a
  no  select ⏎ ❯regexp_replace('a', '^(a)', '<$1>') as a
  no  select ⏎ ❯regexp_replace('a', '^ +| +$', '') as a
  no  select ⏎ ❯regexp_replace('a', 'x*$', '') as a
  no  select 1 as a from core.movies where 'a' ⏎ ❯like title
  no  select ⏎ ❯regexp_like('a', '[]a]') as a
  yes select regexp_like('a', '^(?:a|[b-z ][^0-9])$') as a, regexp_replace('b', '^[&a-c]', '-') as b, 'a' not like '$%' as c
integer-results-are-cast
  no  select ⏎ ❯count(*) as a from ratings
  no  select ⏎ ❯count(*) as a from ratings where rating > (select avg(rating) from ratings)
  no  select movie_id, ⏎ coalesce(❯sum(movie_id), 0) as a from ratings group by all
  no  select case when true then ⏎ ❯year(rated_month) end as a from ratings
  no  select ⏎ ❯row_number() over (order by rating nulls last) as a from ratings
  no  select 1 as a where exists (select ⏎ ❯length('a') as b)
  yes with a as (select movie_id, movie_id / 2 as half from core.movies), b as (select sum(half) as half from a), final as (select * from b) select * from final
  yes select cast(sum(movie_id) - count(*) as bigint) as a, sum(rating * 1e0) as b, sum(1) / nullif(count(*), 0) as c from ratings
nulls-have-a-type
  no  select ⏎ ❯null as a
  yes select cast(null as string) as a, nullif(1, 1) as b
divisors-are-not-zero
  no  select rating ⏎ ❯/ movie_id as a from ratings
  no  select rating ⏎ ❯/ 0 as a from ratings
  no  select movie_id ⏎ ❯% nullif(movie_id, 1) as a from ratings
  yes select rating / 2 / nullif(movie_id, 0) / cast(nullif(movie_id, 0) as double) % -3 as a from ratings
doubles-stay-doubles
  no  select ⏎ ❯cast(rating / 2 as bigint) as a from ratings
  no  select ⏎ ❯cast(sum(cast(movie_id as double)) as bigint) as a from ratings
  no  select ⏎ ❯cast(coalesce(avg(rating), 0) as string) as a from ratings
  no  with a as (select rating / 2 as half from core.movies), b as (select half, half + 1 as more from a), ⏎ final as (select ❯cast(b.more as bigint) as c from b) select * from final
  no  select 'about ' ⏎ ❯|| avg(rating) as a from ratings
  no  select ⏎ ❯concat_ws(', ', 'about', rating / 2) as a from ratings
  yes with a as (select 1 as half), b as (select half / 2 as half from a), final as (select cast(half as bigint) as c from a) select * from final
  yes select cast(rating / 2 as double) as a, cast(movie_id * 2 as bigint) as b, 'film ' || cast(movie_id as string) as c from ratings
casts-are-strict
  no  select ⏎ ❯try_cast('1' as bigint) as a
  yes select case when regexp_like('1', '^[0-9]+$') then cast('1' as bigint) end as a
dates-are-cast
  no  select ⏎ ❯date_trunc('month', rated_month) as a from ratings
  no  select cast( ⏎ ❯date_trunc('decade', rated_month) as date) as a from ratings
  no  select rated_month ⏎ + interval ❯1 month as a from ratings
  no  select cast(greatest(rated_month + ⏎ interval ❯1 month, rated_month) as date) as a from ratings
  yes select cast(rated_month + interval 1 month - interval 1 day as date) as a, cast(date_trunc('week', rated_month) as date) as b from ratings
dates-are-not-subtracted
  no  select rated_month ⏎ ❯- cast(rated_at as date) as a from ratings
  no  select rated_month ⏎ ❯- max(last_day(rated_month)) over () as a from ratings
  no  with a as (select cast(rated_at as date) as day from core.movies), ⏎ final as (select 0 ❯- day as c from a) select * from final
  yes select cast(rated_at as date) - 1 as a, cast(datediff(rated_month, cast(rated_at as date)) as bigint) as b from ratings
floors-are-doubles
  no  select ⏎ ❯floor(rating) as a from ratings
  no  select cast( ⏎ ❯ceil(rating) + 1 as double) as a from ratings
  yes select cast(floor(rating) as double) / 10 as a from ratings
instants-are-kept
  no  select ⏎ ❯cast('2020-01-01' as timestamp) as a
  yes select rated_at from ratings where rated_at >= cast('2020-01-01' as timestamp)
windows-are-ordered
  no  select cast( ⏎ ❯row_number() over (partition by movie_id) as bigint) as a from ratings
  no  select max(rating) over () as a, ⏎ ❯avg(rating) over (rows 1 preceding) as b from ratings
  yes select lag(rating, 1, 0) over (order by movie_id nulls last) as a, max(rating) over (partition by movie_id) as b from ratings
plain-windows
  no  select ⏎ ❯avg(rating) over (order by rating nulls last groups 1 preceding) as a from ratings
  no  select ⏎ ❯avg(rating) over (order by rating nulls last rows 1 preceding exclude ties) as a from ratings
  no  select ⏎ ❯lag(rating ignore nulls) over (order by rating nulls last) as a from ratings
  no  select ⏎ ❯avg(distinct rating) over () as a from ratings
  no  select ⏎ ❯avg(rating) filter (where rating > 1) over () as a from ratings
  no  select ⏎ ❯avg(rating order by rating nulls last) over () as a from ratings
  yes select avg(rating) over (order by rating nulls last rows between 1 preceding and current row) as a from ratings
plain-aggregates
  no  select ⏎ ❯avg(rating order by rating nulls last) as a from ratings
  yes select avg(distinct rating) filter (where rating > 1) as a, median(rating) as b from ratings
lists-are-sorted
  no  select ⏎ ❯collect_list(rating) as a from ratings
  yes select array_sort(collect_set(rating)) as a, cast(size(collect_list(rating)) as bigint) as b from ratings
explode-stands-alone
  no  select array_sort( ⏎ ❯explode(x)) as a from core.movies
  no  select explode(x) as a, ⏎ ❯explode(y) as b from core.movies
  yes select e.name from (select explode(x) as e from core.movies) as m
`;
