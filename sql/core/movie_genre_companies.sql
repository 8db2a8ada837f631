with movies as (
    select tmdb_id, release_date, popularity, budget_usd, revenue_usd from staging.movies
),

genres as (select tmdb_id, genre_id, genre from staging.movie_genres),

companies as (select tmdb_id, company_id, company from staging.movie_companies),

name_uses as (
    select company_id, company, cast(count(*) as bigint) as uses
    from companies
    group by company_id, company
),

-- A company goes by the name that most films give it, then by the alphabet.
name_ranks as (
    select
        company_id,
        company,
        cast(
            row_number() over (
                partition by company_id
                order by
                    case when company is null then 1 else 0 end asc nulls last,
                    uses desc nulls last,
                    company asc nulls last
            ) as bigint
        ) as name_rank
    from name_uses
),

company_names as (select company_id, company from name_ranks where name_rank = 1),

named_companies as (
    select companies.tmdb_id, companies.company_id, company_names.company
    from companies
    inner join company_names on companies.company_id = company_names.company_id
),

final as (
    select
        movies.tmdb_id,
        genres.genre_id,
        genres.genre,
        named_companies.company_id,
        named_companies.company,
        movies.release_date,
        cast(year(movies.release_date) as bigint) as release_year,
        movies.popularity,
        movies.budget_usd,
        movies.revenue_usd,
        movies.revenue_usd - movies.budget_usd as profit_usd
    from movies
    left join genres on movies.tmdb_id = genres.tmdb_id
    left join named_companies on movies.tmdb_id = named_companies.tmdb_id
)

select * from final
