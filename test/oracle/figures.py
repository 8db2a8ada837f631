"""Figures that stand for a whole table: what a test can hold without holding the table."""

from datetime import date, datetime
from math import fsum
from typing import Any

from write import Table


def figures(tables: list[Table]) -> dict[str, Any]:
    """For each table its rows, and for each column how many values it has and what they add up to."""
    return {
        table.name: {
            "rows": len(table.rows),
            "columns": {
                name: column([row[place] for row in table.rows])
                for place, name in enumerate(table.row._fields)
            },
        }
        for table in tables
    }


def column(values: list[Any]) -> list[float | int]:
    """The number of values that are there, and the sum of their weights."""
    weights = [weight(value) for value in values if value is not None]
    exact = all(isinstance(value, int) for value in weights)
    return [len(weights), sum(weights) if exact else fsum(weights)]


def weight(value: Any) -> float | int:
    """Numbers weigh themselves, texts their characters, days and instants their distance to 1970."""
    match value:
        case bool() | int() | float():
            return value + 0
        case datetime():
            return int(value.timestamp())
        case date():
            return (value - date(1970, 1, 1)).days
        case _:
            return len(value)
