with titles as (select movie_id, trim_outer(title) as title, genres from raw.titles),

years as (select *, regexp_extract(title, '\(([0-9]{4})\)$', 1) as year from titles),

-- Brackets that hold anything but a year, such as (2006-2007), belong to the title.
final as (
    select
        movie_id,
        nullif(
            case
                when year = '' then title
                else trim_outer(regexp_replace(title, '\([0-9]{4}\)$', ''))
            end,
            ''
        ) as title,
        cast(nullif(year, '') as bigint) as release_year,
        nullif(trim_outer(genres), '(no genres listed)') as genres
    from years
)

select * from final
