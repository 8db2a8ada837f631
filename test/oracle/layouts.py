"""How files are written, down to the fields of each record (the catalogue, raw -> quarantine)."""

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

Record = TypeVar("Record")

csv.field_size_limit(sys.maxsize)


class Layout(NamedTuple, Generic[Record]):
    """A file by its name: how its records are found, how many fields each has, what they mean."""

    name: str
    fields: Callable[[Path], Iterator[list[str]]]
    width: int
    record: Callable[[list[str]], Record]


def csv_layout(
    name: str, headers: list[list[str]], record: Callable[[list[str]], Record]
) -> Layout[Record]:
    """A CSV under one of some headers; blank lines are no records, the header neither."""

    def fields(path: Path) -> Iterator[list[str]]:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = (fields for fields in csv.reader(file) if fields)
            header = next(reader, None)
            if header not in headers:
                raise SystemExit(f"{path}: header {header} is not one of {headers}")
            yield from reader

    return Layout(name, fields, len(headers[0]), record)


def line_layout(
    name: str,
    split: Callable[[str], list[str]],
    width: int,
    record: Callable[[list[str]], Record],
) -> Layout[Record]:
    """A record a line, without a header and without quotes; blank lines are no records."""

    def fields(path: Path) -> Iterator[list[str]]:
        # By hand: readline and splitlines end a line at a lone \r, at \x85 and at others too.
        lines = (line.removesuffix("\r") for line in decoded(path).split("\n"))
        return (split(line) for line in lines if line)

    return Layout(name, fields, width, record)


def decoded(path: Path) -> str:
    """UTF-8 where all bytes of the file are, else Latin-1."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def separated(separator: str) -> Callable[[str], list[str]]:
    """Fields between separators."""
    return lambda line: line.split(separator)


def title_between(line: str) -> list[str]:
    """The first field, the last, and the title between them, which may hold `::` itself."""
    first, *rest = line.split("::", 1)
    return [first, *(rest[0].rsplit("::", 1) if rest else [])]
