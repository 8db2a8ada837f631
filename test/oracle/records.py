"""Types one record of each source, or raises Fault (the catalogue, raw -> quarantine)."""

from collections.abc import Callable
from datetime import UTC, datetime

from fields import (
    Fault,
    boolean,
    day,
    double,
    elements,
    identifier,
    imdb_id,
    item_code,
    item_id,
    item_name,
    item_text,
    item_whole,
    literal,
    optional_identifier,
    present,
    string,
    whole,
)
from rows import (
    CastMember,
    CreditsRecord,
    CrewMember,
    KeywordsRecord,
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
)

MOVIE_COLUMNS = [
    "adult",
    "belongs_to_collection",
    "budget",
    "genres",
    "homepage",
    "id",
    "imdb_id",
    "original_language",
    "original_title",
    "overview",
    "popularity",
    "poster_path",
    "production_companies",
    "production_countries",
    "release_date",
    "revenue",
    "runtime",
    "spoken_languages",
    "status",
    "tagline",
    "title",
    "video",
    "vote_average",
    "vote_count",
]


def rating_reader(started: datetime) -> Callable[[list[str]], Rating]:
    """Ratings lie on the grid of half stars and not after the run's start."""
    newest = int(started.timestamp())

    def rating(fields: list[str]) -> Rating:
        user_id, movie_id = identifier(fields[0]), identifier(fields[1])
        stars = present(double(fields[2]))
        if stars * 2 not in range(1, 11):
            raise Fault("not_accepted", f"rating off the grid: {fields[2]}")
        second = present(whole(fields[3]))
        if not 0 <= second <= newest:
            raise Fault("out_of_range", f"no moment of a rating: {fields[3]}")
        rated_at = datetime.fromtimestamp(second, UTC)
        return Rating(user_id, movie_id, stars, rated_at, rated_at.date().replace(day=1))

    return rating


def movie(fields: list[str]) -> MovieRecord:
    """TMDB's metadata; 0 is "not known" for budget, revenue and runtime."""
    text = dict(zip(MOVIE_COLUMNS, fields, strict=True))
    tmdb_id = identifier(text["id"])
    collection = literal(text["belongs_to_collection"])
    if collection is not None and not isinstance(collection, dict):
        raise Fault("not_a_literal", "belongs_to_collection is not a dict")
    genres = elements(text["genres"])
    companies = elements(text["production_companies"])
    countries = elements(text["production_countries"])
    languages = elements(text["spoken_languages"])
    return MovieRecord(
        Movie(
            tmdb_id=tmdb_id,
            imdb_id=imdb_id(text["imdb_id"]),
            title=string(text["title"]),
            original_title=string(text["original_title"]),
            original_language=string(text["original_language"]),
            overview=string(text["overview"]),
            tagline=string(text["tagline"]),
            homepage=string(text["homepage"]),
            poster_path=string(text["poster_path"]),
            status=string(text["status"]),
            adult=boolean(text["adult"]),
            video=boolean(text["video"]),
            release_date=day(text["release_date"]),
            runtime_minutes=double(text["runtime"]) or None,
            budget_usd=whole(text["budget"]) or None,
            revenue_usd=whole(text["revenue"]) or None,
            popularity=double(text["popularity"]),
            vote_average=double(text["vote_average"]),
            vote_count=whole(text["vote_count"]),
            collection_id=None if collection is None else item_id(collection),
            collection_name=None if collection is None else item_name(collection),
        ),
        [MovieGenre(tmdb_id, item_id(item), item_name(item)) for item in genres],
        [MovieCompany(tmdb_id, item_id(item), item_name(item)) for item in companies],
        [
            MovieCountry(tmdb_id, item_code(item, "iso_3166_1"), item_name(item))
            for item in countries
        ],
        [
            MovieLanguage(tmdb_id, item_code(item, "iso_639_1"), item_name(item))
            for item in languages
        ],
    )


def link(fields: list[str]) -> Link:
    """The imdb number is written as IMDb writes it; tmdb_id may be missing."""
    movie_id, imdb_number = identifier(fields[0]), identifier(fields[1])
    return Link(movie_id, f"tt{imdb_number:07d}", optional_identifier(fields[2]))


def keywords(fields: list[str]) -> KeywordsRecord:
    """All keywords of a movie."""
    tmdb_id = identifier(fields[0])
    items = elements(fields[1])
    return KeywordsRecord(
        tmdb_id, [MovieKeyword(tmdb_id, item_id(item), item_name(item)) for item in items]
    )


def cast_member(tmdb_id: int, item: dict) -> CastMember:
    """One element of a cast."""
    return CastMember(
        tmdb_id=tmdb_id,
        credit_id=item_code(item, "credit_id"),
        cast_id=item_whole(item, "cast_id"),
        cast_order=item_whole(item, "order"),
        character=item_text(item, "character"),
        person_id=item_id(item),
        name=item_name(item),
        gender=item_whole(item, "gender"),
        profile_path=item_text(item, "profile_path"),
    )


def crew_member(tmdb_id: int, item: dict) -> CrewMember:
    """One element of a crew."""
    return CrewMember(
        tmdb_id=tmdb_id,
        credit_id=item_code(item, "credit_id"),
        department=item_text(item, "department"),
        job=item_text(item, "job"),
        person_id=item_id(item),
        name=item_name(item),
        gender=item_whole(item, "gender"),
        profile_path=item_text(item, "profile_path"),
    )


def credits(fields: list[str]) -> CreditsRecord:
    """The cast and the crew of a movie."""
    tmdb_id = identifier(fields[2])
    return CreditsRecord(
        tmdb_id,
        [cast_member(tmdb_id, item) for item in elements(fields[0])],
        [crew_member(tmdb_id, item) for item in elements(fields[1])],
    )


def price(fields: list[str]) -> Price:
    """A month of the price index; '.' and blank are a missing month: NULL."""
    observed = present(day(fields[0]))
    value = None if fields[1].strip() == "." else double(fields[1])
    return Price(observed.replace(day=1), value)
