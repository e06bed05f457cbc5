"""Check digits as SQL arithmetic, so that a scan can judge a column of codes.

Decides nothing of its own: shapes, weights and alphabets are those of :mod:`contracts.codes`. Each
condition takes half-width, upper-case text and gives false, never an error, for anything else; a missing
text passes.

DuckDB works out an expression that occurs twice once, but not below AND, OR and COALESCE, nor a CASE:
so the arithmetic here stands below none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import add
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, ColumnElement, case, cast, false, func, literal, true
from sqlalchemy.types import UserDefinedType

from contracts import codes

Text = ColumnElement[Any]
Condition = ColumnElement[bool]

# Digits of the longest bank card number.
_CARD_DIGITS: Final = 19


class _Whole(UserDefinedType[int]):
    """Whole numbers of up to 19 digits: DuckDB's 64 bits without a sign."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type's name in DuckDB."""
        return "UBIGINT"


def matches(text: Text, pattern: str) -> Condition:
    """Whether ``pattern`` (RE2) is found in ``text``."""
    return func.regexp_matches(text, pattern, type_=Boolean())


def _character(text: Any, place: Any) -> Text:
    """The character at a 1-based place; empty beyond the end."""
    return func.substr(text, place, 1)


def _index(alphabet: str, character: Text) -> Text:
    return func.strpos(alphabet, character) - 1


def _sum(parts: Iterable[Text]) -> Text:
    return reduce(add, parts)


def _weighted(number: Text, weights: Mapping[int, int]) -> Text:
    """The sum of what is left of ``number`` by each divisor, times its weight.

    A digit is cut out of a number by two divisions without a rest, so that a sum over digits is one
    over such quotients.
    """
    parts = (
        (number if divisor == 1 else number.op("//")(_constant(divisor)), weight)
        for divisor, weight in weights.items()
    )
    return _sum(part if weight == 1 else part * _constant(weight) for part, weight in parts if weight)


def _constant(number: int) -> Text:
    """A number written into the statement: bound, it would make the arithmetic one of 128 bits."""
    return literal(number, BigInteger(), literal_execute=True)


def _is(flag: Condition) -> Condition:
    """Whether ``flag`` is true; NULL is not."""
    return flag.is_(true())


def _resident_weights() -> dict[int, int]:
    """Weights of the quotients of the first 17 digits, modulo 11.

    The digit before 10^k is q(k) - 10 q(k+1), which is q(k) + q(k+1) modulo 11: so q(k) has the weight
    of its own digit and of the one behind it.
    """
    weights = codes.RESIDENT_WEIGHTS[::-1]
    return {10**k: sum(weights[max(k - 1, 0) : k + 1]) % 11 for k in range(len(weights))}


def _resident_id(text: Text) -> Condition:
    first17 = cast(func.left(text, 17), BigInteger())
    total = _weighted(case((matches(text, codes.RESIDENT_18), first17)), _resident_weights())
    holds = _character(text, 18) == _character(codes.RESIDENT_CHECKS, func.mod(total, _constant(11)) + 1)
    # Most numbers have 18 digits: the other shape is looked for in what has 15. No text is both.
    old = case((func.length(text) == 15, matches(text, codes.RESIDENT_15)), else_=false())
    return _is(holds) != _is(old)


def _uscc(text: Text) -> Condition:
    total = _sum(
        _index(codes.USCC_ALPHABET, _character(text, place)) * weight
        for place, weight in enumerate(codes.USCC_WEIGHTS, 1)
    )
    expected = _character(codes.USCC_ALPHABET, func.mod(31 - func.mod(total, 31), 31) + 1)
    return _shaped(text, codes.USCC, _character(text, 18) == expected)


def _uscc_inner(text: Text) -> Condition:
    first, last = codes.ORGANISATION_PLACE, codes.ORGANISATION_PLACE + len(codes.ORGANISATION_WEIGHTS)
    total = _sum(
        _index(codes.ORGANISATION_ALPHABET, _character(text, place)) * weight
        for place, weight in enumerate(codes.ORGANISATION_WEIGHTS, first)
    )
    expected = _character(codes.ORGANISATION_CHECKS, func.mod(total, _constant(11)) + 1)
    return _shaped(text, codes.USCC, _character(text, last) == expected)


def _shaped(text: Text, pattern: str, holds: Condition) -> Condition:
    """Whether a text has a shape and ``holds``, without an AND."""
    return func.least(matches(text, pattern), holds, type_=Boolean())


def _card_weights() -> dict[int, int]:
    """Weights of the quotients of a card number, modulo 10.

    A digit counts as it is, every second one from the right as the digit sum of its double. The digit
    before 10^k is q(k) - 10 q(k+1): modulo 10 it is q(k). The digit sum of a double is the double, and
    one more from five on, modulo 10; that one is the quotient by 5 * 10^k less twice q(k+1).
    """
    weights: dict[int, int] = {}
    for k in range(_CARD_DIGITS):
        parts = {10**k: 2, 5 * 10**k: 1, 10 ** (k + 1): -2} if k % 2 else {10**k: 1}
        for divisor, weight in parts.items():
            weights[divisor] = (weights.get(divisor, 0) + weight) % 10
    return weights


def _bank_card(text: Text) -> Condition:
    number = case((matches(text, codes.BANK_CARD), cast(text, _Whole())))
    return _is(func.mod(_weighted(number, _card_weights()), _constant(10)) == _constant(0))


def _or_missing(judge: Callable[[Text], Condition]) -> Callable[[Text], Condition]:
    """The same, met by a missing text too, and never NULL."""
    return lambda text: _is(judge(text)) == text.is_not(None)


CHECKS: Final[Mapping[str, Callable[[Text], Condition]]] = {
    code: _or_missing(judge)
    for code, judge in {
        "resident_id": _resident_id,
        "uscc": _uscc,
        "uscc_inner": _uscc_inner,
        "bank_card": _bank_card,
        "mobile": lambda text: matches(text, codes.MOBILE),
        "region": lambda text: matches(text, codes.REGION),
    }.items()
}
