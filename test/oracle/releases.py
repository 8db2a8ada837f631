"""Releases, and how they are counted and summed up: once each, exactly (the catalogue, rules)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from core import profit
from rows import Price
from staging import Staging


class Release(NamedTuple):
    """A movie with a release date, and what the marts ask of it."""

    day: date
    budget_usd: int | None
    revenue_usd: int | None
    profit_usd: int | None
    popularity: float | None
    genres: set[str]
    companies: set[int]


class Money(NamedTuple):
    """Each sum beside the count of movies that it covers; a sum over nothing is NULL."""

    movies: int
    movies_with_budget: int
    budget_usd: int | None
    movies_with_revenue: int
    revenue_usd: int | None
    movies_with_profit: int
    profit_usd: int | None
    average_popularity: float | None


def dated_releases(staging: Staging) -> list[Release]:
    """The movies with a release date; genres without a name are no genre's row."""
    genres: dict[int, set[str]] = defaultdict(set)
    for genre in staging.movie_genres:
        if genre.genre is not None:
            genres[genre.tmdb_id].add(genre.genre)
    companies: dict[int, set[int]] = defaultdict(set)
    for company in staging.movie_companies:
        companies[company.tmdb_id].add(company.company_id)
    return [
        Release(
            day=movie.release_date,
            budget_usd=movie.budget_usd,
            revenue_usd=movie.revenue_usd,
            profit_usd=profit(movie.revenue_usd, movie.budget_usd),
            popularity=movie.popularity,
            genres=genres[movie.tmdb_id],
            companies=companies[movie.tmdb_id],
        )
        for movie in staging.movies
        if movie.release_date
    ]


class Prices:
    """Turns dollars of a month into dollars of the newest month that has a value."""

    def __init__(self, prices: list[Price]) -> None:
        known = {
            price.month: price.price_index for price in prices if price.price_index is not None
        }
        self.index = {month: Fraction(repr(value)) for month, value in known.items()}
        self.newest = self.index[max(self.index)] if self.index else None

    def cover(self, release: Release) -> bool:
        """Whether the month of release has a value."""
        return release.day.replace(day=1) in self.index

    def real(self, amounts: Iterable[tuple[date, int]]) -> Fraction | None:
        """The exact real sum of amounts with their days, whole dollars summed per month first."""
        by_month: dict[date, int] = defaultdict(int)
        for day, amount in amounts:
            by_month[day.replace(day=1)] += amount
        if not by_month or self.newest is None:
            return None
        return sum(
            (amount * self.newest / self.index[month] for month, amount in by_month.items()),
            Fraction(),
        )


def mean(total: Fraction | int | None, count: int) -> float | None:
    """The average, rounded once; NULL over nothing."""
    return None if total is None or not count else float(Fraction(total) / count)


def known(values: Iterable[int | None]) -> list[int]:
    """The values that are not NULL."""
    return [value for value in values if value is not None]


def money(releases: list[Release]) -> Money:
    """Sums and averages skip NULL."""
    budgets = known(release.budget_usd for release in releases)
    revenues = known(release.revenue_usd for release in releases)
    profits = known(release.profit_usd for release in releases)
    popularities = [
        Fraction(release.popularity) for release in releases if release.popularity is not None
    ]
    return Money(
        movies=len(releases),
        movies_with_budget=len(budgets),
        budget_usd=sum(budgets) if budgets else None,
        movies_with_revenue=len(revenues),
        revenue_usd=sum(revenues) if revenues else None,
        movies_with_profit=len(profits),
        profit_usd=sum(profits) if profits else None,
        average_popularity=mean(sum(popularities, Fraction()), len(popularities)),
    )
