"""The core layer: what the questions join on (the catalogue, core)."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from rows import MovieCompany, MovieGenre
from staging import Staging
from write import Table


class ReleaseDate(NamedTuple):
    release_date: date
    day: int
    week: int
    month: int
    quarter: int
    year: int


class CoreMovie(NamedTuple):
    movie_id: int
    tmdb_id: int | None
    imdb_id: str | None
    title: str | None
    release_date: date | None
    release_year: int | None


class RatedMovieGenre(NamedTuple):
    movie_id: int
    genre: str


class MovieGenreCompany(NamedTuple):
    tmdb_id: int
    genre_id: int | None
    genre: str | None
    company_id: int | None
    company: str | None
    release_date: date | None
    release_year: int | None
    popularity: float | None
    budget_usd: int | None
    revenue_usd: int | None
    profit_usd: int | None


@dataclass
class Core:
    """The rows of every core table, and the one name of each company."""

    dates: list[ReleaseDate]
    movies: list[CoreMovie]
    rated_movie_genres: list[RatedMovieGenre]
    movie_genre_companies: list[MovieGenreCompany]
    company_names: dict[int, str | None]

    def tables(self) -> list[Table]:
        """Each table with its key."""
        return [
            Table("core.dates", ReleaseDate, ("release_date",), self.dates),
            Table("core.movies", CoreMovie, ("movie_id",), self.movies),
            Table(
                "core.rated_movie_genres",
                RatedMovieGenre,
                ("movie_id", "genre"),
                self.rated_movie_genres,
            ),
            Table(
                "core.movie_genre_companies",
                MovieGenreCompany,
                ("tmdb_id", "genre_id", "company_id"),
                self.movie_genre_companies,
            ),
        ]


def quarter(month: int) -> int:
    """The quarter of a calendar month."""
    return (month + 2) // 3


def profit(revenue_usd: int | None, budget_usd: int | None) -> int | None:
    """Revenue - budget where both are known."""
    return None if revenue_usd is None or budget_usd is None else revenue_usd - budget_usd


def release_dates(staging: Staging) -> list[ReleaseDate]:
    """Each release date present, once, with its parts; the week is ISO's."""
    days = {movie.release_date for movie in staging.movies if movie.release_date}
    return [
        ReleaseDate(day, day.day, day.isocalendar().week, day.month, quarter(day.month), day.year)
        for day in days
    ]


def core_movies(staging: Staging) -> list[CoreMovie]:
    """Every movie_id of links, titles or ratings; TMDB's title and date before MovieLens'.

    links always has an imdb_id, and TMDB's record is reached by links alone: so links' it is.
    """
    links = {link.movie_id: link for link in staging.links}
    titles = {title.movie_id: title for title in staging.titles}
    tmdb = {movie.tmdb_id: movie for movie in staging.movies}
    movies = []
    for movie_id in links.keys() | titles.keys() | {rating.movie_id for rating in staging.ratings}:
        link, title = links.get(movie_id), titles.get(movie_id)
        tmdb_id = link.tmdb_id if link else None
        known = tmdb.get(tmdb_id) if tmdb_id is not None else None
        name = title.title if title else None
        year = title.release_year if title else None
        movies.append(
            CoreMovie(
                movie_id=movie_id,
                tmdb_id=tmdb_id,
                imdb_id=link.imdb_id if link else None,
                title=known.title if known and known.title is not None else name,
                release_date=known.release_date if known else None,
                release_year=known.release_date.year if known and known.release_date else year,
            )
        )
    return movies


def rated_movie_genres(staging: Staging, movies: list[CoreMovie]) -> list[RatedMovieGenre]:
    """TMDB's genres where the film is linked and known there, even with none, else MovieLens'."""
    known: dict[int | None, set[str]] = {movie.tmdb_id: set() for movie in staging.movies}
    for row in staging.movie_genres:
        if row.genre is not None:
            known[row.tmdb_id].add(row.genre)
    titles = {
        title.movie_id: set((title.genres or "").split("|")) - {""} for title in staging.titles
    }
    return [
        RatedMovieGenre(movie.movie_id, genre)
        for movie in movies
        for genre in known.get(movie.tmdb_id, titles.get(movie.movie_id, set()))
    ]


def company_names(companies: list[MovieCompany]) -> dict[int, str | None]:
    """The name that most movies give a company, then the alphabet; NULL only for want of one."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for row in companies:
        counts[row.company_id].update([] if row.company is None else [row.company])
    return {
        company_id: min(names, key=lambda name: (-names[name], name), default=None)
        for company_id, names in counts.items()
    }


def movie_genre_companies(
    staging: Staging, names: dict[int, str | None]
) -> list[MovieGenreCompany]:
    """Every genre with every company of a movie, NULL where it has none."""
    genres: dict[int, list[MovieGenre | None]] = defaultdict(list)
    for genre in staging.movie_genres:
        genres[genre.tmdb_id].append(genre)
    companies: dict[int, list[int | None]] = defaultdict(list)
    for company in staging.movie_companies:
        companies[company.tmdb_id].append(company.company_id)
    return [
        MovieGenreCompany(
            tmdb_id=movie.tmdb_id,
            genre_id=row.genre_id if row else None,
            genre=row.genre if row else None,
            company_id=company_id,
            company=names[company_id] if company_id is not None else None,
            release_date=movie.release_date,
            release_year=movie.release_date.year if movie.release_date else None,
            popularity=movie.popularity,
            budget_usd=movie.budget_usd,
            revenue_usd=movie.revenue_usd,
            profit_usd=profit(movie.revenue_usd, movie.budget_usd),
        )
        for movie in staging.movies
        for row in genres[movie.tmdb_id] or [None]
        for company_id in companies[movie.tmdb_id] or [None]
    ]


def build(staging: Staging) -> Core:
    """The core layer from the staging layer."""
    movies = core_movies(staging)
    names = company_names(staging.movie_companies)
    return Core(
        dates=release_dates(staging),
        movies=movies,
        rated_movie_genres=rated_movie_genres(staging, movies),
        movie_genre_companies=movie_genre_companies(staging, names),
        company_names=names,
    )
