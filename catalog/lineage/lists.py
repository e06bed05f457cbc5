"""Lists of names and numbers in a statement, and numbers drawn together, as each store writes them.

Decides how many values of any number come into one statement: as one JSON parameter, which is neither
bounded like the number of parameters nor compiled anew for each length.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text

# What stands for a list of names or numbers called NAME, for rows of it, and for numbers joined to a text.
_SPELT: Final = {
    "sqlite": {
        "names": "(SELECT value FROM json_each(:{0}))",
        "numbers": "(SELECT value FROM json_each(:{0}))",
        "rows": "json_each(:{0}) AS given",
        "number": "json_extract(given.value, '$[{0}]')",
        "name": "json_extract(given.value, '$[{0}]')",
        "drawn": "group_concat({0})",
    },
    "postgresql": {
        "names": "(SELECT value FROM json_array_elements_text(CAST(:{0} AS json)))",
        "numbers": "(SELECT CAST(value AS integer) FROM json_array_elements_text(CAST(:{0} AS json)))",
        "rows": "json_array_elements(CAST(:{0} AS json)) AS given(value)",
        "number": "CAST(given.value ->> {0} AS integer)",
        "name": "given.value ->> {0}",
        "drawn": "string_agg(CAST({0} AS text), ',')",
    },
}


class Statement:
    """One statement with lists in it, for either store.

    ``[names:x]`` and ``[numbers:x]`` stand for a list given as ``x``, ``[rows:x]`` for its rows, of which
    ``[name:0]`` and ``[number:1]`` are the columns; ``[drawn:id]`` joins numbers with commas.
    """

    def __init__(self, words: str) -> None:
        self._words = words

    def run(self, connection: Connection, **given: Any) -> list[Any]:
        """Rows of the statement.

        Args:
            connection: to run it with.
            given: its parameters; a collection is a list of it.
        """
        bound = {
            name: json.dumps(list(value)) if isinstance(value, Collection) and not isinstance(value, str)
            else value
            for name, value in given.items()
        }  # fmt: skip
        result = connection.execute(_spelt(connection.dialect.name, self._words), bound)
        return list(result) if result.returns_rows else []


def expect_cached(connection: Connection) -> None:
    """Tell PostgreSQL, for this transaction, that what a walk looks up is in memory, as it mostly is.

    By its default a look-up by an index costs four pages of a scan: it then reads a whole table of a million
    rows to find some hundreds. SQLite always takes the index.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_CACHED)


_CACHED: Final = text("SET LOCAL random_page_cost = 1.01")


@lru_cache(maxsize=256)
def _spelt(dialect: str, words: str) -> TextClause:
    made = words
    for kind, spelling in _SPELT[dialect].items():
        first, *others = made.split(f"[{kind}:")
        made = first + "".join(_replaced(other, spelling) for other in others)
    return text(made)


def _replaced(words: str, spelling: str) -> str:
    what, _, rest = words.partition("]")
    return spelling.format(what) + rest


def numbers_of(drawn: str | None) -> Iterable[int]:
    """The numbers of a text made by ``[drawn:…]``."""
    numbers: list[int] = json.loads(f"[{drawn or ''}]")
    return numbers
