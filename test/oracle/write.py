"""Writes tables as CSV (NULL is \\N, rows sorted by key) and the facts of a run as JSON."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Table:
    """A table: its name with the layer, the type of its rows, its key and its rows."""

    name: str
    row: type[Any]
    key: tuple[str, ...]
    rows: list[Any]


class Account(NamedTuple):
    """What became of a source's records: read = kept + superseded + quarantined."""

    read: int
    kept: int
    superseded: int
    quarantined: int
    quarantine: list[dict[str, Any]]


def cell(value: object) -> str:
    """A value in the format of its type."""
    match value:
        case None:
            return "\\N"
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return value.isoformat()
        case float():
            return repr(value)
        case str():
            return quoted(value)
        case _:
            return str(value)


def quoted(text: str) -> str:
    """As csv.writer quotes; Python 3.11's would leave a lone carriage return bare."""
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def write_table(table: Table, folder: Path) -> None:
    """One CSV, rows sorted by key with NULL last; refuses a key that stands twice."""
    places = [table.row._fields.index(column) for column in table.key]

    def key(row: Any) -> tuple:
        return tuple((row[place] is None, row[place]) for place in places)

    rows = sorted(table.rows, key=key)
    for row, following in pairwise(rows):
        if key(row) == key(following):
            raise SystemExit(f"{table.name}: key stands twice: {following}")
    with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(table.row._fields) + "\n")
        file.writelines(",".join(map(cell, row)) + "\n" for row in rows)


def write(
    tables: list[Table], accounts: dict[str, Account], figures: dict[str, Any], folder: Path
) -> None:
    """All tables, facts.json and figures.json."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        write_table(table, folder)
    facts = {
        "sources": {source: account._asdict() for source, account in accounts.items()},
        "tables": {table.name: len(table.rows) for table in tables},
    }
    (folder / "facts.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    lines = [f'  "{table}": {json.dumps(figure)}' for table, figure in figures.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (folder / "figures.json").write_text(text, encoding="utf-8")
