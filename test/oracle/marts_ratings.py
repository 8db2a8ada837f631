"""The marts over ratings, stars counted in halves: sums and averages are exact (the catalogue, marts)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from core import Core, RatedMovieGenre
from rows import Rating
from staging import Staging
from write import Table

TOP = 3


class UserAverage(NamedTuple):
    user_id: int
    rating_count: int
    average_rating: float


class UserBucket(NamedTuple):
    bucket: float
    user_count: int


class MonthAverage(NamedTuple):
    year: int
    month: int
    rating_count: int
    average_rating: float


class MovieRatingStats(NamedTuple):
    movie_id: int
    tmdb_id: int | None
    title: str | None
    rating_count: int
    min_rating: float | None
    max_rating: float | None
    average_rating: float | None


class TopMovie(NamedTuple):
    user_id: int
    rank: int
    movie_id: int
    title: str | None
    rating: float
    rated_at: datetime


class HighestRatedMovie(NamedTuple):
    rank: int
    movie_id: int
    tmdb_id: int | None
    title: str | None
    release_year: int | None
    rating_count: int
    average_rating: float
    weighted_rating: float


class GenrePopularity(NamedTuple):
    genre: str
    rating_count: int
    user_count: int
    average_rating: float | None
    popularity_rank: int


def halves(ratings: Iterable[Rating]) -> int:
    """The sum of half stars."""
    return sum(round(rating.rating * 2) for rating in ratings)


def average(ratings: list[Rating]) -> float:
    """The exact average, rounded once."""
    return float(Fraction(halves(ratings), 2 * len(ratings)))


def percentile(values: Iterable[int], share: Fraction) -> Fraction:
    """The continuous percentile: linear between the closest ranks."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def user_averages(by_user: dict[int, list[Rating]]) -> list[UserAverage]:
    """How each user rates on average."""
    return [UserAverage(user, len(ratings), average(ratings)) for user, ratings in by_user.items()]


def user_buckets(by_user: dict[int, list[Rating]]) -> list[UserBucket]:
    """Users per tenth of a star of their average: floor(5 * sum of half stars / count) / 10."""
    buckets = Counter(5 * halves(ratings) // len(ratings) for ratings in by_user.values())
    return [UserBucket(tenths / 10, users) for tenths, users in buckets.items()]


def month_averages(ratings: list[Rating]) -> list[MonthAverage]:
    """Ratings per month (UTC)."""
    by_month: dict[tuple[int, int], list[Rating]] = defaultdict(list)
    for rating in ratings:
        by_month[rating.rated_at.year, rating.rated_at.month].append(rating)
    return [
        MonthAverage(year, month, len(rated), average(rated))
        for (year, month), rated in by_month.items()
    ]


def movie_stats(core: Core, by_movie: dict[int, list[Rating]]) -> list[MovieRatingStats]:
    """Every movie of core.movies; without ratings: count 0 and NULLs."""
    rows = []
    for movie in core.movies:
        ratings = by_movie.get(movie.movie_id, [])
        stars = [rating.rating for rating in ratings]
        rows.append(
            MovieRatingStats(
                movie_id=movie.movie_id,
                tmdb_id=movie.tmdb_id,
                title=movie.title,
                rating_count=len(ratings),
                min_rating=min(stars, default=None),
                max_rating=max(stars, default=None),
                average_rating=average(ratings) if ratings else None,
            )
        )
    return rows


def top_movies(core: Core, by_user: dict[int, list[Rating]]) -> list[TopMovie]:
    """A user's three best: rating descending, rated_at descending, movie_id ascending."""
    title = {movie.movie_id: movie.title for movie in core.movies}

    def order(rating: Rating) -> tuple[float, float, int]:
        return (-rating.rating, -rating.rated_at.timestamp(), rating.movie_id)

    return [
        TopMovie(
            user, rank, rating.movie_id, title[rating.movie_id], rating.rating, rating.rated_at
        )
        for user, ratings in by_user.items()
        for rank, rating in enumerate(sorted(ratings, key=order)[:TOP], start=1)
    ]


def highest_rated(core: Core, by_movie: dict[int, list[Rating]]) -> list[HighestRatedMovie]:
    """v/(v+m) * R + m/(v+m) * C of all movies with v >= m, all in fractions."""
    if not by_movie:
        return []
    count = sum(map(len, by_movie.values()))
    overall = Fraction(sum(map(halves, by_movie.values())), 2 * count)
    least = percentile(map(len, by_movie.values()), Fraction(9, 10))
    movie = {movie.movie_id: movie for movie in core.movies}
    weighted = {
        movie_id: (Fraction(halves(ratings), 2) + least * overall) / (len(ratings) + least)
        for movie_id, ratings in by_movie.items()
        if len(ratings) >= least
    }
    ranked = sorted(weighted, key=lambda movie_id: (-weighted[movie_id], movie_id))
    return [
        HighestRatedMovie(
            rank=rank,
            movie_id=movie_id,
            tmdb_id=movie[movie_id].tmdb_id,
            title=movie[movie_id].title,
            release_year=movie[movie_id].release_year,
            rating_count=len(by_movie[movie_id]),
            average_rating=average(by_movie[movie_id]),
            weighted_rating=float(weighted[movie_id]),
        )
        for rank, movie_id in enumerate(ranked, start=1)
    ]


def genre_popularity(
    movie_genres: list[RatedMovieGenre], by_movie: dict[int, list[Rating]]
) -> list[GenrePopularity]:
    """Every genre of core.rated_movie_genres, by its number of ratings, then by name."""
    by_genre: dict[str, list[Rating]] = defaultdict(list)
    for row in movie_genres:
        by_genre[row.genre].extend(by_movie.get(row.movie_id, []))
    ranked = sorted(by_genre.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        GenrePopularity(
            genre=genre,
            rating_count=len(ratings),
            user_count=len({rating.user_id for rating in ratings}),
            average_rating=average(ratings) if ratings else None,
            popularity_rank=rank,
        )
        for rank, (genre, ratings) in enumerate(ranked, start=1)
    ]


def tables(staging: Staging, core: Core) -> list[Table]:
    """Each table with its key."""
    by_user: dict[int, list[Rating]] = defaultdict(list)
    by_movie: dict[int, list[Rating]] = defaultdict(list)
    for rating in staging.ratings:
        by_user[rating.user_id].append(rating)
        by_movie[rating.movie_id].append(rating)
    genres = genre_popularity(core.rated_movie_genres, by_movie)
    return [
        Table("marts.average_rating_by_user", UserAverage, ("user_id",), user_averages(by_user)),
        Table("marts.user_rating_distribution", UserBucket, ("bucket",), user_buckets(by_user)),
        Table(
            "marts.average_rating_by_month",
            MonthAverage,
            ("year", "month"),
            month_averages(staging.ratings),
        ),
        Table(
            "marts.movie_rating_stats", MovieRatingStats, ("movie_id",), movie_stats(core, by_movie)
        ),
        Table("marts.top_movies_by_user", TopMovie, ("user_id", "rank"), top_movies(core, by_user)),
        Table(
            "marts.highest_rated_movies",
            HighestRatedMovie,
            ("rank",),
            highest_rated(core, by_movie),
        ),
        Table("marts.genre_popularity", GenrePopularity, ("genre",), genres),
    ]
