"""Finds the files of each source and reads their records (the catalogue, raw -> quarantine)."""

import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import records
from fields import Fault
from rows import CreditsRecord, KeywordsRecord, Link, MovieRecord, Price, Rating, Title

Record = TypeVar("Record")

RATING_HEADER = ["userId", "movieId", "rating", "timestamp"]
LINK_HEADER = ["movieId", "imdbId", "tmdbId"]
SERIES = "CUSR0000SS62031"
PRICE_HEADERS = [[first, SERIES] for first in ("DATE", "Date", "observation_date")]
SEPARATORS = {".dat": "::", ".data": "\t"}

csv.field_size_limit(sys.maxsize)


@dataclass
class Delivery(Generic[Record]):
    """The typed records of a source in the order received, and the numbers of its faulty ones."""

    records: list[Record] = field(default_factory=list)
    quarantined: list[int] = field(default_factory=list)

    @property
    def read(self) -> int:
        return len(self.records) + len(self.quarantined)


class Deliveries(NamedTuple):
    """All sources of a run."""

    ratings: Delivery[Rating]
    movies: Delivery[MovieRecord]
    titles: Delivery[Title]
    links: Delivery[Link]
    keywords: Delivery[KeywordsRecord]
    credits: Delivery[CreditsRecord]
    cpi: Delivery[Price]


def find(
    folders: list[Path], small: bool, large_names: list[str], small_names: list[str]
) -> list[Path]:
    """One file a folder: the large one, unless --small."""
    names = small_names + large_names if small else large_names + small_names
    found = ([folder / name for name in names if (folder / name).is_file()] for folder in folders)
    return [paths[0] for paths in found if paths]


def raw_records(path: Path, headers: list[list[str]]) -> Iterator[list[str]]:
    """The fields of each record; blank lines are no records, the header neither."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        if path.suffix in SEPARATORS:
            lines = (line.rstrip("\r\n") for line in file)
            yield from (line.split(SEPARATORS[path.suffix]) for line in lines if line)
            return
        reader = (fields for fields in csv.reader(file) if fields)
        header = next(reader, None)
        if header not in headers:
            raise SystemExit(f"{path}: header {header} is not one of {headers}")
        yield from reader


def typed(fields: list[str], width: int, read_record: Callable[[list[str]], Record]) -> Record:
    """A record of the right field count in valid UTF-8, typed."""
    if len(fields) != width:
        raise Fault(f"{len(fields)} fields instead of {width}")
    try:
        "".join(fields).encode()
    except UnicodeEncodeError:
        raise Fault("not UTF-8") from None
    return read_record(fields)


def deliver(
    paths: list[Path], headers: list[list[str]], read_record: Callable[[list[str]], Record]
) -> Delivery[Record]:
    """All files of a source as one delivery; record numbers count from 1 in each file."""
    delivery: Delivery[Record] = Delivery()
    for path in paths:
        for number, fields in enumerate(raw_records(path, headers), start=1):
            try:
                delivery.records.append(typed(fields, len(headers[0]), read_record))
            except Fault:
                delivery.quarantined.append(number)
    return delivery


def read(folders: list[Path], small: bool, started: datetime) -> Deliveries:
    """Reads every source from the folders; a source without a file is empty."""

    def paths(large_names: list[str], small_names: list[str] | None = None) -> list[Path]:
        return find(folders, small, large_names, small_names or [])

    ratings = paths(["ratings.csv", "ratings.dat", "u.data"], ["ratings_small.csv"])
    if len(ratings) > 1:
        raise SystemExit(f"ratings in two folders, their users are strangers: {ratings}")
    return Deliveries(
        ratings=deliver(ratings, [RATING_HEADER], records.rating_reader(started)),
        movies=deliver(paths(["movies_metadata.csv"]), [records.MOVIE_COLUMNS], records.movie),
        titles=deliver(paths(["movies.csv"]), [["movieId", "title", "genres"]], records.title),
        links=deliver(paths(["links.csv"], ["links_small.csv"]), [LINK_HEADER], records.link),
        keywords=deliver(paths(["keywords.csv"]), [["id", "keywords"]], records.keywords),
        credits=deliver(paths(["credits.csv"]), [["cast", "crew", "id"]], records.credits),
        cpi=deliver(paths([f"{SERIES}.csv"]), PRICE_HEADERS, records.price),
    )
