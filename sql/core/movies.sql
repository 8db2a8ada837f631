with links as (select movie_id, tmdb_id, imdb_id from staging.links),

titles as (select movie_id, title, release_year from staging.titles),

rated as (select distinct movie_id from staging.ratings),

tmdb_movies as (select tmdb_id, imdb_id, title, release_date from staging.movies),

movie_ids as (
    select movie_id from links
    union
    select movie_id from titles
    union
    select movie_id from rated
),

final as (
    select
        movie_ids.movie_id,
        links.tmdb_id,
        coalesce(links.imdb_id, tmdb_movies.imdb_id) as imdb_id,
        coalesce(tmdb_movies.title, titles.title) as title,
        tmdb_movies.release_date,
        coalesce(cast(year(tmdb_movies.release_date) as bigint), titles.release_year)
            as release_year
    from movie_ids
    left join links on movie_ids.movie_id = links.movie_id
    left join titles on movie_ids.movie_id = titles.movie_id
    left join tmdb_movies on links.tmdb_id = tmdb_movies.tmdb_id
)

select * from final
