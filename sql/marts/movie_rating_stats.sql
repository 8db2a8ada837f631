with movies as (select movie_id, tmdb_id, title from core.movies),

ratings as (select movie_id, rating from staging.ratings),

rated as (
    select
        movie_id,
        cast(count(*) as bigint) as rating_count,
        min(rating) as min_rating,
        max(rating) as max_rating,
        avg(rating) as average_rating
    from ratings
    group by movie_id
),

final as (
    select
        movies.movie_id,
        movies.tmdb_id,
        movies.title,
        coalesce(rated.rating_count, cast(0 as bigint)) as rating_count,
        rated.min_rating,
        rated.max_rating,
        rated.average_rating
    from movies
    left join rated on movies.movie_id = rated.movie_id
)

select * from final
