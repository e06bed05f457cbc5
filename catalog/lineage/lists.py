"""Lists of names and numbers in a statement, and columns drawn together, as each store writes them.

Decides how many values of any number come into one statement: as one JSON parameter, which is neither
bounded like the number of parameters nor compiled anew for each length; and out of it, likewise.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text

# What stands for a list of names or numbers called NAME, for being one of its numbers, and for rows of it.
# PostgreSQL is not told how many numbers there are: it would weigh each one before it looks up the first.
_SPELT: Final = {
    "sqlite": {
        "names": "(SELECT value FROM json_each(:{0}))",
        "numbers": "(SELECT value FROM json_each(:{0}))",
        "among": "IN (SELECT value FROM json_each(:{0}))",
        "rows": "json_each(:{0}) AS given",
        "number": "json_extract(given.value, '$[{0}]')",
        "name": "json_extract(given.value, '$[{0}]')",
        "drawn": "json_group_array({0})",
    },
    "postgresql": {
        "names": "(SELECT value FROM json_array_elements_text(CAST(:{0} AS json)))",
        "numbers": "(SELECT unnest(CAST(translate(:{0}, '[]', '{{}}') AS bigint[])))",
        "among": "= ANY(CAST((SELECT translate(:{0}, '[]', '{{}}')) AS bigint[]))",
        "rows": "json_array_elements(CAST(:{0} AS json)) AS given(value)",
        "number": "CAST(given.value ->> {0} AS bigint)",
        "name": "given.value ->> {0}",
        "drawn": "CAST(json_agg({0}) AS text)",
    },
}


class Statement:
    """One statement with lists in it, for either store.

    ``[names:x]`` and ``[numbers:x]`` stand for a list given as ``x``, ``[among:x]`` for being one of its
    numbers, best where an index finds them; ``[rows:x]`` stands for its rows, of which ``[name:0]`` and
    ``[number:1]`` are the columns. ``[drawn:column]`` draws a column together, see :meth:`columns`.
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
        return list(result.all()) if result.returns_rows else []

    def columns(self, connection: Connection, **given: Any) -> list[list[Any]]:
        """The columns of a statement that draws each together: some thousand short rows come faster as one.

        Args:
            connection: to run it with.
            given: see :meth:`run`.
        """
        ((*drawn,),) = self.run(connection, **given)
        return [json.loads(each) if each else [] for each in drawn]


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
