"""The rows of the staging tables: fields are the columns of docs/tables.md, in its order."""

from datetime import date, datetime
from typing import NamedTuple


class Rating(NamedTuple):
    user_id: int
    movie_id: int
    rating: float
    rated_at: datetime
    rated_month: date


class Movie(NamedTuple):
    tmdb_id: int
    imdb_id: str | None
    title: str | None
    original_title: str | None
    original_language: str | None
    overview: str | None
    tagline: str | None
    homepage: str | None
    poster_path: str | None
    status: str | None
    adult: bool | None
    video: bool | None
    release_date: date | None
    runtime_minutes: float | None
    budget_usd: int | None
    revenue_usd: int | None
    popularity: float | None
    vote_average: float | None
    vote_count: int | None
    collection_id: int | None
    collection_name: str | None


class MovieGenre(NamedTuple):
    tmdb_id: int
    genre_id: int
    genre: str | None


class MovieCompany(NamedTuple):
    tmdb_id: int
    company_id: int
    company: str | None


class MovieCountry(NamedTuple):
    tmdb_id: int
    country_code: str
    country: str | None


class MovieLanguage(NamedTuple):
    tmdb_id: int
    language_code: str
    language: str | None


class MovieKeyword(NamedTuple):
    tmdb_id: int
    keyword_id: int
    keyword: str | None


class CastMember(NamedTuple):
    tmdb_id: int
    credit_id: str
    cast_id: int | None
    cast_order: int | None
    character: str | None
    person_id: int
    name: str | None
    gender: int | None
    profile_path: str | None


class CrewMember(NamedTuple):
    tmdb_id: int
    credit_id: str
    department: str | None
    job: str | None
    person_id: int
    name: str | None
    gender: int | None
    profile_path: str | None


class Link(NamedTuple):
    movie_id: int
    imdb_id: str
    tmdb_id: int | None


class Title(NamedTuple):
    movie_id: int
    title: str | None
    release_year: int | None
    genres: str | None


class Price(NamedTuple):
    month: date
    price_index: float | None


class MovieRecord(NamedTuple):
    """One record of movies: the movie with all rows that come with it."""

    movie: Movie
    genres: list[MovieGenre]
    companies: list[MovieCompany]
    countries: list[MovieCountry]
    languages: list[MovieLanguage]


class KeywordsRecord(NamedTuple):
    """One record of keywords: it may well hold none."""

    tmdb_id: int
    keywords: list[MovieKeyword]


class CreditsRecord(NamedTuple):
    """One record of credits."""

    tmdb_id: int
    cast: list[CastMember]
    crew: list[CrewMember]
