with titles as (select movie_id, genres from raw.titles),

elements as (
    select movie_id, trim_outer(unnest(string_split(genres, '|'))) as genre
    from titles
    where trim_outer(genres) <> '(no genres listed)'
),

final as (select distinct movie_id, genre from elements where genre <> '')

select * from final
