with ratings as (select user_id, movie_id from staging.ratings),

movie_genres as (select movie_id, genre from core.rated_movie_genres),

-- Half stars are whole numbers, so that their sums are exact.
movies as (
    select
        movie_id,
        rating_count,
        cast(floor(average_rating * rating_count * 2e0 + 5e-1) as double) as half_stars
    from marts.movie_rating_stats
    where rating_count > 0
),

counts as (
    select
        movie_genres.genre,
        cast(sum(movies.rating_count) as bigint) as rating_count,
        sum(movies.half_stars) / 2e0 / nullif(sum(movies.rating_count), 0) as average_rating
    from movies
    inner join movie_genres on movies.movie_id = movie_genres.movie_id
    group by movie_genres.genre
),

-- Users are counted once a genre, whatever the number of their ratings. To count distinct users over
-- all pairs of rating and genre takes four times as long as this: every genre is a bit, a film is the
-- bits of its genres, and a user has rated what the bits of the user's films have together. Sixty
-- genres fit into a word; more of them make more words.
genre_numbers as (
    select
        genre,
        cast(row_number() over (order by genre asc nulls last) as bigint) as genre_number
    from (select distinct genre from movie_genres)
),

genre_bits as (
    select
        genre,
        genre_number - genre_number % 60 as word,
        bit_of(genre_number % 60) as genre_bit
    from genre_numbers
),

movie_words as (
    select movie_genres.movie_id, genre_bits.word, bit_or(genre_bits.genre_bit) as bits
    from movie_genres
    inner join genre_bits on movie_genres.genre = genre_bits.genre
    group by movie_genres.movie_id, genre_bits.word
),

user_words as (
    select ratings.user_id, movie_words.word, bit_or(movie_words.bits) as bits
    from ratings
    inner join movie_words on ratings.movie_id = movie_words.movie_id
    group by ratings.user_id, movie_words.word
),

user_counts as (
    select genre_bits.genre, cast(count(*) as bigint) as user_count
    from user_words
    inner join genre_bits on user_words.word = genre_bits.word
    where holds_bit(user_words.bits, genre_bits.genre_bit)
    group by genre_bits.genre
),

final as (
    select
        counts.genre,
        counts.rating_count,
        user_counts.user_count,
        counts.average_rating,
        cast(
            row_number() over (
                order by counts.rating_count desc nulls last, counts.genre asc nulls last
            ) as bigint
        ) as popularity_rank
    from counts
    inner join user_counts on counts.genre = user_counts.genre
)

select * from final
