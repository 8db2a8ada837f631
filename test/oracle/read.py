"""Reads the records of each source, delivery by delivery (the catalogue, raw -> quarantine)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import records
import titles
from fields import Fault
from folders import Folder, by_day, delivered, refuse_strangers
from layouts import Layout, csv_layout, line_layout, separated, title_between
from rows import CreditsRecord, KeywordsRecord, Link, MovieRecord, Price, Rating, Title

Record = TypeVar("Record")

RATING_HEADER = ["userId", "movieId", "rating", "timestamp"]
LINK_HEADER = ["movieId", "imdbId", "tmdbId"]
SERIES = "CUSR0000SS62031"
PRICE_HEADERS = [[first, SERIES] for first in ("DATE", "Date", "observation_date")]


class Quarantined(NamedTuple):
    """A record that could not be typed: record numbers count from 1 in each file."""

    file: str
    record_number: int
    reason_code: str


@dataclass
class Source(Generic[Record]):
    """The typed records of each day's delivery, oldest first, and what became of the others."""

    deliveries: list[list[Record]] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)

    @property
    def records(self) -> list[Record]:
        """The records of all deliveries."""
        return list(chain.from_iterable(self.deliveries))


class Sources(NamedTuple):
    """All sources of a run."""

    ratings: Source[Rating]
    movies: Source[MovieRecord]
    titles: Source[Title]
    links: Source[Link]
    keywords: Source[KeywordsRecord]
    credits: Source[CreditsRecord]
    cpi: Source[Price]


def typed(fields: list[str], layout: Layout[Record]) -> Record:
    """A record of the right field count in valid UTF-8, typed."""
    if len(fields) != layout.width:
        raise Fault("field_count", f"{len(fields)} fields instead of {layout.width}")
    try:
        "".join(fields).encode()
    except UnicodeEncodeError:
        raise Fault("not_utf8", "not UTF-8") from None
    return layout.record(fields)


def read_file(path: Path, layout: Layout[Record], source: Source[Record]) -> None:
    """Adds a file's records to the newest delivery of its source."""
    for number, fields in enumerate(layout.fields(path), start=1):
        try:
            source.deliveries[-1].append(typed(fields, layout))
        except Fault as fault:
            source.quarantined.append(Quarantined(str(path), number, fault.code))


def read_source(days: list[list[Folder]], layouts: Sequence[Layout[Any]]) -> Source[Any]:
    """Reads one file a folder: the first layout that is there. Without a file a source is empty."""
    by_name = {layout.name: layout for layout in layouts}
    source: Source[Any] = Source()
    for folders in days:
        source.deliveries.append([])
        for path in (folder.file(list(by_name)) for folder in folders):
            if path:
                read_file(path, by_name[path.name], source)
    return source


def read(sources: list[Path], small: bool, started: datetime) -> Sources:
    """Reads every source from the folders."""
    rating = records.rating_reader(started)
    link_names = ["links.csv", "links_small.csv"]
    rating_names = ["ratings.csv", "ratings_small.csv"]
    if small:
        link_names.reverse()
        rating_names.reverse()
    links = [csv_layout(name, [LINK_HEADER], records.link) for name in link_names]
    ratings = [
        *(csv_layout(name, [RATING_HEADER], rating) for name in rating_names),
        line_layout("ratings.dat", separated("::"), 4, rating),
        line_layout("u.data", separated("\t"), 4, rating),
    ]
    names = [
        csv_layout("movies.csv", [["movieId", "title", "genres"]], titles.title),
        line_layout("movies.dat", title_between, 3, titles.title),
        line_layout("u.item", separated("|"), 24, titles.item_title),
    ]
    movies = csv_layout("movies_metadata.csv", [records.MOVIE_COLUMNS], records.movie)
    keywords = csv_layout("keywords.csv", [["id", "keywords"]], records.keywords)
    credits = csv_layout("credits.csv", [["cast", "crew", "id"]], records.credits)
    prices = csv_layout(f"{SERIES}.csv", PRICE_HEADERS, records.price)

    folders = delivered(sources)
    refuse_strangers(folders, [layout.name for layout in ratings])
    days = by_day(folders)
    return Sources(
        ratings=read_source(days, ratings),
        movies=read_source(days, [movies]),
        titles=read_source(days, names),
        links=read_source(days, links),
        keywords=read_source(days, [keywords]),
        credits=read_source(days, [credits]),
        cpi=read_source(days, [prices]),
    )
