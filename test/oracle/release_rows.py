"""The rows of the marts over releases: fields are the columns of docs/tables.md, in its order."""

from typing import NamedTuple


class BoxOfficeMonth(NamedTuple):
    year: int
    month: int
    quarter: int
    movies: int
    revenue_usd: int | None
    average_revenue_usd: float | None
    movies_with_real_revenue: int
    real_revenue_usd: float | None


class BoxOfficeSeason(NamedTuple):
    calendar_month: int
    quarter: int
    movies: int
    average_revenue_usd: float | None
    median_revenue_usd: float | None
    movies_with_real_revenue: int
    average_real_revenue_usd: float | None


class GenreEarnings(NamedTuple):
    genre: str
    movies: int
    revenue_usd: int
    real_revenue_usd: float
    average_real_revenue_usd: float
    movies_with_real_profit: int
    real_profit_usd: float | None
    earnings_rank: int
    movies_without_cpi: int


class CompanyYear(NamedTuple):
    company_id: int
    release_year: int
    company: str | None
    movies: int
    movies_with_budget: int
    budget_usd: int | None
    movies_with_revenue: int
    revenue_usd: int | None
    movies_with_profit: int
    profit_usd: int | None
    average_popularity: float | None


class CompanyGenreReleases(NamedTuple):
    company_id: int
    genre: str
    release_year: int
    company: str | None
    movies: int


class GenreYear(NamedTuple):
    genre: str
    release_year: int
    movies: int
    movies_with_budget: int
    budget_usd: int | None
    movies_with_revenue: int
    revenue_usd: int | None
    movies_with_profit: int
    profit_usd: int | None
    average_popularity: float | None
    popularity_rank: int


class MostPopularGenre(NamedTuple):
    release_year: int
    genre: str
    movies: int
    average_popularity: float
