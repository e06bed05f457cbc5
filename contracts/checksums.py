"""Check digits as SQL arithmetic, so that a scan can judge a column of codes.

Decides nothing of its own: shapes, weights and alphabets are those of :mod:`contracts.codes`. Each
condition takes half-width, upper-case text and gives false, never an error, for anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from operator import add
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, and_, func, or_

from contracts import codes

Text = ColumnElement[Any]
Condition = ColumnElement[bool]


def matches(text: Text, pattern: str) -> Condition:
    """Whether ``pattern`` (RE2) is found in ``text``."""
    return func.regexp_matches(text, pattern, type_=Boolean())


def _character(text: Any, place: Any) -> Text:
    """The character at a 1-based place; empty beyond the end."""
    return func.substr(text, place, 1)


def _digit(text: Text, place: int) -> Text:
    """The digit at a 1-based place; some number where there is none (the shape says so)."""
    return func.ascii(_character(text, place)) - 48


def _index(alphabet: str, character: Text) -> Text:
    return func.strpos(alphabet, character) - 1


def _sum(parts: Iterable[Text]) -> Text:
    return reduce(add, parts)


def _resident_id(text: Text) -> Condition:
    total = _sum(_digit(text, place) * weight for place, weight in enumerate(codes.RESIDENT_WEIGHTS, 1))
    expected = _character(codes.RESIDENT_CHECKS, func.mod(total, 11) + 1)
    return or_(
        matches(text, codes.RESIDENT_15),
        and_(matches(text, codes.RESIDENT_18), _character(text, 18) == expected),
    )


def _uscc(text: Text) -> Condition:
    total = _sum(
        _index(codes.USCC_ALPHABET, _character(text, place)) * weight
        for place, weight in enumerate(codes.USCC_WEIGHTS, 1)
    )
    expected = _character(codes.USCC_ALPHABET, func.mod(31 - func.mod(total, 31), 31) + 1)
    return and_(matches(text, codes.USCC), _character(text, 18) == expected)


def _uscc_inner(text: Text) -> Condition:
    first, last = codes.ORGANISATION_PLACE, codes.ORGANISATION_PLACE + len(codes.ORGANISATION_WEIGHTS)
    total = _sum(
        _index(codes.ORGANISATION_ALPHABET, _character(text, place)) * weight
        for place, weight in enumerate(codes.ORGANISATION_WEIGHTS, first)
    )
    expected = _character(codes.ORGANISATION_CHECKS, func.mod(total, 11) + 1)
    return and_(matches(text, codes.USCC), _character(text, last) == expected)


def _bank_card(text: Text) -> Condition:
    # Zeros on the left add nothing, so that every length has the places of the longest, 19.
    padded = func.lpad(text, 19, "0")
    # The place of a digit in this text is the digit sum of its double.
    doubled = "0516273849"
    total = _sum(
        _digit(padded, place) if place % 2 else _index(doubled, _character(padded, place))
        for place in range(1, 20)
    )
    return and_(matches(text, codes.BANK_CARD), func.mod(total, 10) == 0)


CHECKS: Final[dict[str, Callable[[Text], Condition]]] = {
    "resident_id": _resident_id,
    "uscc": _uscc,
    "uscc_inner": _uscc_inner,
    "bank_card": _bank_card,
    "mobile": lambda text: matches(text, codes.MOBILE),
    "region": lambda text: matches(text, codes.REGION),
}
