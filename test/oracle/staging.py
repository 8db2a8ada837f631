"""The staging layer: one row a key, by the rule "which copy wins" (the catalogue, staging)."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

from read import Source, Sources
from rows import (
    CastMember,
    CrewMember,
    Link,
    Movie,
    MovieCompany,
    MovieCountry,
    MovieGenre,
    MovieKeyword,
    MovieLanguage,
    MovieRecord,
    Price,
    Rating,
    Title,
)
from write import Account, Table

Row = TypeVar("Row")

LOWEST = float("-inf")


@dataclass
class Staging:
    """The rows of every staging table, and the account of every source."""

    ratings: list[Rating]
    movies: list[Movie]
    movie_genres: list[MovieGenre]
    movie_companies: list[MovieCompany]
    movie_countries: list[MovieCountry]
    movie_languages: list[MovieLanguage]
    movie_keywords: list[MovieKeyword]
    cast_members: list[CastMember]
    crew_members: list[CrewMember]
    links: list[Link]
    titles: list[Title]
    cpi: list[Price]
    accounts: dict[str, Account]

    def tables(self) -> list[Table]:
        """Each table with its key."""
        return [
            Table("staging.ratings", Rating, ("user_id", "movie_id"), self.ratings),
            Table("staging.movies", Movie, ("tmdb_id",), self.movies),
            Table("staging.movie_genres", MovieGenre, ("tmdb_id", "genre_id"), self.movie_genres),
            Table(
                "staging.movie_companies",
                MovieCompany,
                ("tmdb_id", "company_id"),
                self.movie_companies,
            ),
            Table(
                "staging.movie_countries",
                MovieCountry,
                ("tmdb_id", "country_code"),
                self.movie_countries,
            ),
            Table(
                "staging.movie_languages",
                MovieLanguage,
                ("tmdb_id", "language_code"),
                self.movie_languages,
            ),
            Table(
                "staging.movie_keywords",
                MovieKeyword,
                ("tmdb_id", "keyword_id"),
                self.movie_keywords,
            ),
            Table("staging.cast_members", CastMember, ("credit_id",), self.cast_members),
            Table("staging.crew_members", CrewMember, ("credit_id",), self.crew_members),
            Table("staging.links", Link, ("movie_id",), self.links),
            Table("staging.titles", Title, ("movie_id",), self.titles),
            Table("staging.cpi", Price, ("month",), self.cpi),
        ]


def first(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> list[Row]:
    """The first row of each key."""
    kept: dict[Hashable, Row] = {}
    for row in rows:
        kept.setdefault(key(row), row)
    return list(kept.values())


def last(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> list[Row]:
    """The last row of each key."""
    return list({key(row): row for row in rows}.values())


def latest_ratings(ratings: list[Rating]) -> list[Rating]:
    """Of a user's ratings of a movie the latest rated_at, then the higher rating."""
    return last(
        sorted(ratings, key=lambda rating: (rating.rated_at, rating.rating)),
        key=lambda rating: (rating.user_id, rating.movie_id),
    )


def most_voted_movies(records: list[MovieRecord]) -> list[MovieRecord]:
    """The highest vote_count, then popularity (NULL lowest), then the earlier record."""

    def weight(record: MovieRecord) -> tuple[float, float]:
        votes, popularity = record.movie.vote_count, record.movie.popularity
        return (LOWEST if votes is None else votes, LOWEST if popularity is None else popularity)

    # A stable sort, reversed or not, leaves equals in the order received.
    return first(sorted(records, key=weight, reverse=True), key=lambda record: record.movie.tmdb_id)


def newest(
    deliveries: list[list[Row]],
    winners: Callable[[list[Row]], list[Row]],
    key: Callable[[Row], Hashable],
) -> list[Row]:
    """Of the winners within each delivery those of the newest delivery that has the key."""
    return last(chain.from_iterable(map(winners, deliveries)), key)


def account(source: Source[Any], kept: list[Any]) -> Account:
    """What was read but neither kept nor quarantined is superseded."""
    records, quarantined = len(source.records), len(source.quarantined)
    return Account(
        read=records + quarantined,
        kept=len(kept),
        superseded=records - len(kept),
        quarantined=quarantined,
        quarantine=[record._asdict() for record in source.quarantined],
    )


def stage(sources: Sources) -> Staging:
    """Picks the winning records; ids that stand twice in a movie's list give one row, the first."""

    def firsts(source: Source[Row], key: Callable[[Row], Hashable]) -> list[Row]:
        return newest(source.deliveries, lambda records: first(records, key), key)

    ratings = latest_ratings(sources.ratings.records)
    movies = newest(
        sources.movies.deliveries, most_voted_movies, key=lambda record: record.movie.tmdb_id
    )
    titles = firsts(sources.titles, key=lambda title: title.movie_id)
    links = firsts(sources.links, key=lambda link: link.movie_id)
    keywords = firsts(sources.keywords, key=lambda record: record.tmdb_id)
    credits = firsts(sources.credits, key=lambda record: record.tmdb_id)
    cpi = last(sources.cpi.records, key=lambda price: price.month)
    kept: dict[str, list[Any]] = {
        "ratings": ratings,
        "movies": movies,
        "titles": titles,
        "links": links,
        "keywords": keywords,
        "credits": credits,
        "cpi": cpi,
    }

    def rows_of(lists: Iterable[list[Row]], key: Callable[[Row], Hashable]) -> list[Row]:
        return first(chain.from_iterable(lists), key)

    return Staging(
        ratings=ratings,
        movies=[record.movie for record in movies],
        movie_genres=rows_of((record.genres for record in movies), lambda row: row[:2]),
        movie_companies=rows_of((record.companies for record in movies), lambda row: row[:2]),
        movie_countries=rows_of((record.countries for record in movies), lambda row: row[:2]),
        movie_languages=rows_of((record.languages for record in movies), lambda row: row[:2]),
        movie_keywords=rows_of((record.keywords for record in keywords), lambda row: row[:2]),
        cast_members=rows_of((record.cast for record in credits), lambda row: row.credit_id),
        crew_members=rows_of((record.crew for record in credits), lambda row: row.credit_id),
        links=links,
        titles=titles,
        cpi=cpi,
        accounts={
            source: account(getattr(sources, source), rows) for source, rows in kept.items()
        },
    )
