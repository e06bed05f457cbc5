"""Who answers on a day for what was begun under a unit that is no more.

Decides the owner a duty is shown under: the successor of an abolished unit, by the entry's own assignment
where the unit was split; under its name of that day. Rows keep the owner they began with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from catalog.clocks.owed import AUTHORITY, Owed, authority_on
from catalog.organisations import tree
from catalog.store.tables.organisations import organisation_handovers

# Owners rooms write where they do not know the authority's code.
_AUTHORITY_WORDS: Final = frozenset({AUTHORITY, "政务数据共享主管部门", "数据主管部门"})


def answering(connection: Connection, owed: Iterable[Owed], on: date) -> Iterator[Owed]:
    """Duties under whoever answers for them on a day."""
    h = organisation_handovers.c
    rows = connection.execute(select(h.dataset, h.to_code).order_by(h.opened_on, h.event_id))
    passed = {row.dataset: row.to_code for row in rows}
    here = {span.code: span.name for span in tree.units_on(connection, on)}
    followers: dict[str, tuple[str, ...]] = {}
    authority = authority_on(connection, on)
    for each in owed:
        if not each.owner_code and each.owner in _AUTHORITY_WORDS:
            yield replace(each, owner=authority[0], owner_code=authority[1])
            continue
        code = each.owner_code
        if not code or code in here:
            yield replace(each, owner=here.get(code, each.owner))
            continue
        if code not in followers:
            followers[code] = tree.successors(connection, code, on)
        yield _passed_on(each, followers[code], passed, here)


def _passed_on(each: Owed, followers: tuple[str, ...], passed: dict[str, str], here: dict[str, str]) -> Owed:
    assigned = passed.get(each.subject.removeprefix("entry:"))
    code = assigned if assigned in followers else followers[0] if len(followers) == 1 else None
    return each if code is None else replace(each, owner=here[code], owner_code=code)
