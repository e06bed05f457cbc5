"""Values bound into a question: as literals where a ``?`` is a token, never inside a text or comment.

Decides which values have a literal. The statement that comes out is judged by the gateway like any other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sqlglot import exp

# The space reads numbers of no more digits.
_WHOLE: Final = 2**63


class NotBound(ValueError):
    """A statement and values that do not fit together."""


def bound(sql: str, values: Sequence[Any]) -> str:
    """A statement with its values in the place of ``?``, in the order in which these are written.

    >>> bound("SELECT count(*) FROM t WHERE street = ? AND year >= ?", ("北街", 2026))
    "SELECT count(*) FROM t WHERE street = '北街' AND year >= 2026"

    Raises:
        NotBound: the statement does not parse, there are more or fewer values, or one has no literal.
    """
    from sqlglot import TokenType, tokenize
    from sqlglot.errors import SqlglotError

    try:
        places = [one for one in tokenize(sql, read="duckdb") if one.token_type is TokenType.PLACEHOLDER]
    except SqlglotError as error:
        raise NotBound("the statement does not read: write one SELECT in the DuckDB dialect") from error
    if len(places) != len(values):
        raise NotBound(f"the statement has {len(places)} `?`, and {len(values)} values were given")
    parts, after = [], 0
    for place, value in zip(places, values, strict=True):
        parts += [sql[after : place.start], _literal(value).sql(dialect="duckdb")]
        after = place.end + 1
    return "".join([*parts, sql[after:]])


def _literal(value: Any) -> exp.Expression:
    from sqlglot import exp

    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int | float | Decimal) and math.isfinite(value) and -_WHOLE < value < _WHOLE:
        written = format(abs(value), "f") if isinstance(value, Decimal) else repr(abs(value))
        plain = exp.Literal.number(written)
        return exp.Neg(this=plain) if math.copysign(1, value) < 0 else plain
    if isinstance(value, str):
        return exp.Literal.string(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return exp.cast(exp.Literal.string(value.isoformat(" ")), "timestamp")
    if isinstance(value, date) and not isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    raise NotBound(
        f"a value of type {type(value).__name__} has no literal — give text, a number, a day or a time"
    )
