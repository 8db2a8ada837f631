"""Types one record of MovieLens' titles in any layout (the catalogue, raw -> quarantine and staging)."""

import re

from fields import Fault, identifier, string
from rows import Title

ITEM_GENRES = [
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
]
YEAR_AT_END = re.compile(r"(.*)\((\d{4})\)", re.ASCII | re.DOTALL)


def name_and_year(text: str) -> tuple[str | None, int | None]:
    """MovieLens' title without the year in brackets at its end; other brackets stay."""
    name, year = text.strip(), None
    match = YEAR_AT_END.fullmatch(name)
    if match:
        name, year = match[1].strip(), int(match[2])
    return string(name), year


def title(fields: list[str]) -> Title:
    """A record of movies.csv or movies.dat: its genres are separated by pipes already."""
    movie_id = identifier(fields[0])
    genres = None if fields[2] == "(no genres listed)" else string(fields[2])
    return Title(movie_id, *name_and_year(fields[1]), genres)


def item_title(fields: list[str]) -> Title:
    """A line of u.item: its genres are the names of the flags that are 1."""
    movie_id, flags = identifier(fields[0]), fields[5:]
    if not set(flags) <= {"0", "1"}:
        raise Fault("not_accepted", f"flags other than 0 and 1: {flags}")
    genres = [name for name, flag in zip(ITEM_GENRES, flags, strict=True) if flag == "1"]
    return Title(movie_id, *name_and_year(fields[1]), string("|".join(genres)))
