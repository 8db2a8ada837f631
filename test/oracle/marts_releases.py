"""The marts over releases: money, popularity, companies, genres (the catalogue, marts).

They start from the movies, each once a genre NAME and once a company, never from the join of both.
"""

from collections import defaultdict
from fractions import Fraction
from statistics import median

from core import Core, quarter
from release_rows import (
    BoxOfficeMonth,
    BoxOfficeSeason,
    CompanyGenreReleases,
    CompanyYear,
    GenreEarnings,
    GenreYear,
    MostPopularGenre,
)
from releases import Money, Prices, Release, dated_releases, known, mean, money
from staging import Staging
from write import Table


def real_revenue(releases: list[Release], prices: Prices) -> tuple[int, Fraction | None]:
    """How many of the releases a real sum covers, and the sum."""
    covered = [release for release in releases if prices.cover(release)]
    amounts = (
        (release.day, release.revenue_usd) for release in covered if release.revenue_usd is not None
    )
    return len(covered), prices.real(amounts)


def box_office_by_month(earners: list[Release], prices: Prices) -> list[BoxOfficeMonth]:
    """Releases with known revenue, per month of release."""
    by_month: dict[tuple[int, int], list[Release]] = defaultdict(list)
    for release in earners:
        by_month[release.day.year, release.day.month].append(release)
    rows = []
    for (year, month), releases in by_month.items():
        revenue = money(releases).revenue_usd
        covered, real = real_revenue(releases, prices)
        rows.append(
            BoxOfficeMonth(
                year=year,
                month=month,
                quarter=quarter(month),
                movies=len(releases),
                revenue_usd=revenue,
                average_revenue_usd=mean(revenue, len(releases)),
                movies_with_real_revenue=covered,
                real_revenue_usd=None if real is None else float(real),
            )
        )
    return rows


def box_office_by_season(earners: list[Release], prices: Prices) -> list[BoxOfficeSeason]:
    """Releases with known revenue, per calendar month over all years."""
    by_month: dict[int, list[Release]] = defaultdict(list)
    for release in earners:
        by_month[release.day.month].append(release)
    rows = []
    for month, releases in by_month.items():
        covered, real = real_revenue(releases, prices)
        rows.append(
            BoxOfficeSeason(
                calendar_month=month,
                quarter=quarter(month),
                movies=len(releases),
                average_revenue_usd=mean(money(releases).revenue_usd, len(releases)),
                median_revenue_usd=float(
                    median(known(release.revenue_usd for release in releases))
                ),
                movies_with_real_revenue=covered,
                average_real_revenue_usd=mean(real, covered),
            )
        )
    return rows


def genre_earnings(earners: list[Release], prices: Prices) -> list[GenreEarnings]:
    """Genres with at least one release with known revenue in a month with CPI."""
    by_genre: dict[str, list[Release]] = defaultdict(list)
    for release in earners:
        for genre in release.genres:
            by_genre[genre].append(release)
    rows = []
    for genre, releases in by_genre.items():
        covered = [release for release in releases if prices.cover(release)]
        count, real = real_revenue(covered, prices)
        profits = [
            (release.day, release.profit_usd)
            for release in covered
            if release.profit_usd is not None
        ]
        gain = prices.real(profits)
        if real is not None:
            rows.append(
                GenreEarnings(
                    genre=genre,
                    movies=count,
                    revenue_usd=sum(known(release.revenue_usd for release in covered)),
                    real_revenue_usd=float(real),
                    average_real_revenue_usd=float(real / count),
                    movies_with_real_profit=len(profits),
                    real_profit_usd=None if gain is None else float(gain),
                    earnings_rank=0,
                    movies_without_cpi=len(releases) - count,
                )
            )
    rows.sort(key=lambda row: (-row.real_revenue_usd, row.genre))
    return [row._replace(earnings_rank=rank) for rank, row in enumerate(rows, start=1)]


def company_by_year(releases: list[Release], names: dict[int, str | None]) -> list[CompanyYear]:
    """A movie with several companies counts in full for each."""
    groups: dict[tuple[int, int], list[Release]] = defaultdict(list)
    for release in releases:
        for company in release.companies:
            groups[company, release.day.year].append(release)
    return [
        CompanyYear(company, year, names[company], *money(group))
        for (company, year), group in groups.items()
    ]


def company_genre_releases(
    releases: list[Release], names: dict[int, str | None]
) -> list[CompanyGenreReleases]:
    """A movie counts once for each pair of its companies and genre names."""
    counts: dict[tuple[int, str, int], int] = defaultdict(int)
    for release in releases:
        for company in release.companies:
            for genre in release.genres:
                counts[company, genre, release.day.year] += 1
    return [CompanyGenreReleases(*key, names[key[0]], movies) for key, movies in counts.items()]


def genre_by_year(releases: list[Release]) -> list[GenreYear]:
    """Ranked within the year by average_popularity descending (NULL last), then genre."""
    by_year: dict[int, dict[str, list[Release]]] = defaultdict(lambda: defaultdict(list))
    for release in releases:
        for genre in release.genres:
            by_year[release.day.year][genre].append(release)

    def order(item: tuple[str, Money]) -> tuple[bool, float, str]:
        average = item[1].average_popularity
        return (average is None, -(average or 0), item[0])

    return [
        GenreYear(genre, year, *figures, rank)
        for year, genres in by_year.items()
        for rank, (genre, figures) in enumerate(
            sorted(((genre, money(group)) for genre, group in genres.items()), key=order), start=1
        )
    ]


def most_popular(genre_years: list[GenreYear]) -> list[MostPopularGenre]:
    """Rank 1 of each year; a year with no average has no row."""
    return [
        MostPopularGenre(row.release_year, row.genre, row.movies, row.average_popularity)
        for row in genre_years
        if row.popularity_rank == 1 and row.average_popularity is not None
    ]


def tables(staging: Staging, core: Core) -> list[Table]:
    """Each table with its key."""
    releases = dated_releases(staging)
    earners = [release for release in releases if release.revenue_usd is not None]
    prices, names = Prices(staging.cpi), core.company_names
    genres = genre_by_year(releases)
    months, seasons = box_office_by_month(earners, prices), box_office_by_season(earners, prices)
    triples = company_genre_releases(releases, names)
    triple = ("company_id", "genre", "release_year")
    pair = ("company_id", "release_year")
    return [
        Table("marts.box_office_by_month", BoxOfficeMonth, ("year", "month"), months),
        Table("marts.box_office_by_season", BoxOfficeSeason, ("calendar_month",), seasons),
        Table("marts.genre_earnings", GenreEarnings, ("genre",), genre_earnings(earners, prices)),
        Table("marts.company_by_year", CompanyYear, pair, company_by_year(releases, names)),
        Table("marts.company_genre_releases", CompanyGenreReleases, triple, triples),
        Table("marts.genre_by_year", GenreYear, ("genre", "release_year"), genres),
        Table(
            "marts.most_popular_genre_by_year",
            MostPopularGenre,
            ("release_year",),
            most_popular(genres),
        ),
    ]
