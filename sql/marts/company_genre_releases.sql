with releases as (
    select distinct tmdb_id, company_id, company, genre, release_year
    from core.movie_genre_companies
    where company_id is not null and genre is not null and release_year is not null
),

final as (
    select
        company_id,
        genre,
        release_year,
        company,
        cast(count(*) as bigint) as movies
    from releases
    group by company_id, genre, release_year, company
)

select * from final
