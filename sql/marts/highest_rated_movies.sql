with movies as (select movie_id, tmdb_id, title, release_year from core.movies),

-- Half stars are whole numbers, so that their sums are exact.
rated as (
    select
        movie_id,
        rating_count,
        average_rating,
        cast(floor(average_rating * rating_count * 2e0 + 5e-1) as double) as half_stars
    from marts.movie_rating_stats
    where rating_count > 0
),

-- C: what a film gets on average; m: as many ratings as the most rated tenth of films have.
overall as (
    select sum(half_stars) / 2e0 / nullif(sum(rating_count), 0) as overall_average from rated
),

threshold as (
    select percentile_cont(9e-1) within group (order by rating_count) as minimum_count from rated
),

-- v/(v+m) * R + m/(v+m) * C, written as C + v/(v+m) * (R - C): films whose average is C tie then,
-- whatever their number of ratings, where the sum of two rounded products would tell them apart.
weighted as (
    select
        rated.movie_id,
        rated.rating_count,
        rated.average_rating,
        overall.overall_average
        + rated.rating_count / nullif(rated.rating_count + threshold.minimum_count, 0e0)
        * (rated.average_rating - overall.overall_average) as weighted_rating
    from rated
    cross join threshold
    cross join overall
    where rated.rating_count >= threshold.minimum_count
),

ranked as (
    select
        cast(
            row_number() over (order by weighted_rating desc nulls last, movie_id asc nulls last)
            as bigint
        ) as rank,
        movie_id,
        rating_count,
        average_rating,
        weighted_rating
    from weighted
),

final as (
    select
        ranked.rank,
        ranked.movie_id,
        movies.tmdb_id,
        movies.title,
        movies.release_year,
        ranked.rating_count,
        ranked.average_rating,
        ranked.weighted_rating
    from ranked
    left join movies on ranked.movie_id = movies.movie_id
)

select * from final
