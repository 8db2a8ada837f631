"""Reads single fields: text in, typed value, None (NULL) or Fault out (the catalogue, standing rules)."""

import ast
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

Value = TypeVar("Value")

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
IMDB_ID = re.compile(r"tt\d{7,}", re.ASCII)
BIGINT_MIN, BIGINT_MAX = -(2**63), 2**63 - 1


class Fault(Exception):
    """The record cannot be typed and goes to quarantine; the code is the fault's kind, one word."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def present(value: Value | None) -> Value:
    """A value that must not be missing."""
    if value is None:
        raise Fault("missing_value", "the field is empty")
    return value


def string(text: str) -> str | None:
    """A string is kept as received; the empty field is NULL."""
    return text or None


def whole(text: str) -> int | None:
    """`81`, `81.0` and `9e+06` are read by value; a fraction, or past BIGINT, is a fault."""
    text = text.strip()
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise Fault("not_a_whole_number", text)
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Fault("not_a_whole_number", text) from None
    if not BIGINT_MIN <= value <= BIGINT_MAX or value != value.to_integral_value():
        raise Fault("not_a_whole_number", text)
    return int(value)


def identifier(text: str) -> int:
    """An id is a positive whole number and never missing."""
    value = present(whole(text))
    if value <= 0:
        raise Fault("out_of_range", text)
    return value


def optional_identifier(text: str) -> int | None:
    """An id that may be missing."""
    return identifier(text) if text.strip() else None


def double(text: str) -> float | None:
    """A decimal number; nan and infinities are not numbers."""
    text = text.strip()
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise Fault("not_a_number", text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Fault("not_a_number", text)
    return value


def boolean(text: str) -> bool | None:
    """True or False in any case."""
    text = text.strip().lower()
    if not text:
        return None
    if text not in ("true", "false"):
        raise Fault("not_a_boolean", text)
    return text == "true"


def day(text: str) -> date | None:
    """A date as YYYY-MM-DD."""
    text = text.strip()
    if not text:
        return None
    match = ISO_DAY.fullmatch(text)
    if not match:
        raise Fault("not_a_date", text)
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        raise Fault("not_a_date", text) from None


def imdb_id(text: str) -> str | None:
    """`tt` and at least seven digits; anything else in that field is NULL, not a fault."""
    return text if IMDB_ID.fullmatch(text) else None


def literal(text: str) -> object:
    """A Python literal, read as data; the blank field is NULL."""
    text = text.strip()
    if not text:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise Fault("not_a_literal", "the literal cannot be read") from None


def elements(text: str) -> list[dict]:
    """The dicts of a literal that is a list; NULL has none."""
    value = literal(text)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Fault("not_a_literal", "the literal is not a list of dicts")
    return value


def item_whole(item: dict, name: str) -> int | None:
    """A whole number inside a literal; a missing key is NULL."""
    value = item.get(name)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not BIGINT_MIN <= value <= BIGINT_MAX:
        raise Fault("not_a_literal", f"{name} in the literal is not a whole number")
    return value


def item_id(item: dict, name: str = "id") -> int:
    """An id inside a literal must be there and be an int."""
    if type(item.get(name)) is not int:
        raise Fault("not_a_literal", f"{name} in the literal is not an int")
    value = item_whole(item, name)
    assert value is not None
    return value


def item_text(item: dict, name: str) -> str | None:
    """A string inside a literal; a missing key is NULL, the empty string stays."""
    value = item.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Fault("not_a_literal", f"{name} in the literal is not a string")
    try:  # `\ud83d\ude00` is one character; half of such a pair is none.
        return value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise Fault("not_a_literal", f"{name} in the literal is not Unicode text") from None


def item_name(item: dict, name: str = "name") -> str | None:
    """Names are trimmed of outer white space (NBSP too)."""
    value = item_text(item, name)
    return None if value is None else value.strip()


def item_code(item: dict, name: str) -> str:
    """A code that is a key (iso code, credit_id) must be there."""
    value = item_text(item, name)
    if value is None:
        raise Fault("not_a_literal", f"{name} is missing in the literal")
    return value
