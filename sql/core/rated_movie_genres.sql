with movies as (select movie_id, tmdb_id from core.movies),

tmdb_movies as (select tmdb_id from staging.movies),

known_to_tmdb as (
    select movies.movie_id, movies.tmdb_id
    from movies
    inner join tmdb_movies on movies.tmdb_id = tmdb_movies.tmdb_id
),

tmdb_genres as (select distinct tmdb_id, genre from staging.movie_genres where genre is not null),

title_genres as (select movie_id, genre from staging.title_genres),

from_tmdb as (
    select known_to_tmdb.movie_id, tmdb_genres.genre
    from known_to_tmdb
    inner join tmdb_genres on known_to_tmdb.tmdb_id = tmdb_genres.tmdb_id
),

from_titles as (
    select title_genres.movie_id, title_genres.genre
    from title_genres
    anti join known_to_tmdb on title_genres.movie_id = known_to_tmdb.movie_id
),

final as (
    select movie_id, genre from from_tmdb
    union all
    select movie_id, genre from from_titles
)

select * from final
