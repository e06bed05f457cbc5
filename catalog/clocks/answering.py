"""Who answers on a day for what was begun under a unit that is no more, or that passed it on.

Decides the owner a duty is shown under: whoever :mod:`catalog.organisations.following` finds in the place of
the owner of then. Rows keep the owner they began with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import Connection

from catalog.clocks.owed import AUTHORITY, Owed, authority_on
from catalog.organisations.following import Following

# Owners rooms write where they do not know the authority's code.
_AUTHORITY_WORDS: Final = frozenset({AUTHORITY, "政务数据共享主管部门", "数据主管部门"})


def answering(connection: Connection, owed: Iterable[Owed], on: date) -> Iterator[Owed]:
    """Duties under whoever answers for them on a day."""
    following = Following(connection, on)
    authority = authority_on(connection, on)
    for each in owed:
        if not each.owner_code and each.owner in _AUTHORITY_WORDS:
            yield replace(each, owner=authority[0], owner_code=authority[1])
            continue
        name, code = following.answers(each.owner, each.owner_code, each.dataset)
        yield replace(each, owner=name, owner_code=code)
