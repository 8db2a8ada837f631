/**
 * The rating marts, as directly as DuckDB can make them: no model that another engine must read too,
 * no order of rows. What they mean stands in sql/marts; that is all that they have in common with it,
 * so that the two can be held against each other.
 *
 * They read the tables `ratings` and `films`, and the table `film_genres`.
 */
export const floorMarts: Readonly<Record<string, string>> = {
  average_rating_by_user: `
    select user_id, count(*) as rating_count, avg(rating) as average_rating
    from ratings group by user_id`,

  user_rating_distribution: `
    select bucket, count(*) as user_count
    from (
        select floor(10 * sum(rating) / count(*)) / 10 as bucket from ratings group by user_id
    )
    group by bucket`,

  average_rating_by_month: `
    select
        year(rated_month) as year, month(rated_month) as month,
        count(*) as rating_count, avg(rating) as average_rating
    from ratings group by rated_month`,

  movie_rating_stats: `
    with rated as (
        select
            movie_id, count(*) as rating_count,
            min(rating) as min_rating, max(rating) as max_rating, avg(rating) as average_rating
        from ratings group by movie_id
    )
    select
        movie_id, title, coalesce(rating_count, 0) as rating_count,
        min_rating, max_rating, average_rating
    from rated full join films using (movie_id)`,

  highest_rated_movies: `
    with rated as (
        select movie_id, count(*) as v, sum(rating) as total from ratings group by movie_id
    ),
    overall as (
        select quantile_cont(v, 0.9) as m, sum(total) / sum(v) as c from rated
    ),
    weighted as (
        select movie_id, v, total / v as r, c + v / (v + m) * (r - c) as weighted_rating
        from rated, overall where v >= m
    )
    select
        row_number() over (order by weighted_rating desc, movie_id) as rank,
        movie_id, title, v as rating_count, r as average_rating, weighted_rating
    from weighted left join films using (movie_id)`,

  top_movies_by_user: `
    with best as (
        select
            user_id,
            max({rating: rating, rated_at: rated_at, minus_id: -movie_id}, 3) as places
        from ratings group by user_id
    ),
    placed as (
        select user_id, unnest(places) as place, generate_subscripts(places, 1) as rank from best
    )
    select
        user_id, rank, movie_id, title, place.rating as rating, place.rated_at as rated_at
    from (select *, -place.minus_id as movie_id from placed) left join films using (movie_id)`,

  genre_popularity: `
    select
        genre, count(*) as rating_count, count(distinct user_id) as user_count,
        avg(rating) as average_rating,
        row_number() over (order by count(*) desc, genre) as popularity_rank
    from ratings join film_genres using (movie_id) group by genre`,
};
