"""Which sheets of a task can be confirmed together 批量确认, and which somebody has to look at one by one.

Decides that a sheet is left out that lacks an item the form requires, that holds a value the body itself
has challenged, or that somebody has begun to fill: nobody sends these with a hundred others. A task with
sheets left out stays open until they were handed in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, select

from catalog.home import Home
from catalog.store import reading
from catalog.store.tables.forms import corrections, disputes
from contracts.canonical import canonical
from contracts.fields import Field
from policies.clocks import local_date
from space.wayback.forms import drafts
from space.wayback.forms.admission import in_force
from space.wayback.forms.bindings import bind
from space.wayback.forms.checking import own_elements
from space.wayback.forms.confirming import (
    digest_of,
    still_left,
)
from space.wayback.forms.contracting import contract_of
from space.wayback.forms.definition import Form
from space.wayback.forms.looking import Looked
from space.wayback.forms.prefill import Opened, hidden_subjects, open_form
from space.wayback.forms.tasks import Task

# References of one statement.
_AT_ONCE: Final = 500
_Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Left:
    """The sheets of a task that were not handed in yet; identifiers, for code that fills forms.

    Attributes:
        task: which.
        ready: subjects that can be confirmed as they are shown.
        lacking: subject → the required items it lacks.
        disputed: subjects with a value the body challenged, and no answer yet.
        begun: subjects with a draft.
        seen: digest of what a confirmation of ``ready`` rests on.
    """

    task: Task
    ready: tuple[str, ...]
    lacking: Mapping[str, tuple[str, ...]]
    disputed: frozenset[str]
    begun: frozenset[str]
    seen: str

    @property
    def out(self) -> tuple[str, ...]:
        """Subjects that are handed in one by one: each once, those that lack something first."""
        rest = sorted((self.disputed | self.begun) - self.lacking.keys())
        return (*sorted(self.lacking), *rest)

    @property
    def every(self) -> tuple[str, ...]:
        """All of them; who needs a look comes first."""
        return (*self.out, *self.ready)


def left_to_hand_in(home: Home, engine: Engine, task_id: str, now: datetime) -> Left:
    """The sheets of a task that were not handed in yet, by what can become of them.

    Raises:
        As of :func:`space.wayback.forms.confirming.remaining`.
    """
    with reading(engine) as connection:
        return left_in(home, connection, task_id, now)


def lacking_of(
    home: Home, engine: Engine, form_code: str, body_code: str, subject: str, now: datetime
) -> tuple[str, ...]:
    """The required items of one sheet that its sources leave empty.

    Raises:
        As of :func:`space.wayback.forms.prefill.prefill`.
    """
    with reading(engine) as connection:
        opened = open_form(home, connection, form_code, body_code, [subject], now)
    (sheet,) = opened.sheets.values()
    return _lacks(sheet)


def fields_of(connection: Connection, form: Form, now: datetime) -> dict[str, Field]:
    """Item → what may stand in it, by its source's contract where it has one."""
    on = local_date(now)
    contract = contract_of(bind(connection, form, on), on, own_elements(connection, on))
    return {field.name: field for field in contract.fields}


def left_in(home: Home, connection: Connection, task_id: str, now: datetime) -> Left:
    """What :func:`left_to_hand_in` gives, read with a connection of the caller."""
    found, rest, listed = still_left(home, connection, task_id, now)
    form = in_force(connection, found.form, now)
    lacking, disputed, begun = dict[str, tuple[str, ...]](), frozenset[str](), frozenset[str]()
    if rest:
        opened = open_form(home, connection, found.form, found.body, rest, now)
        lacking = {subject: names for subject, sheet in opened.sheets.items() if (names := _lacks(sheet))}
        disputed = _disputed(connection, opened)
        begun = _begun(connection, found, rest)
    ready = tuple(each for each in rest if each not in lacking and each not in disputed | begun)
    told = {
        "whole": digest_of(connection, found, listed, now),
        "ready": sorted(hidden_subjects(home, form, ready)),
    }
    seen = hashlib.sha256(canonical(told)).hexdigest()
    return Left(found, ready, lacking, disputed, begun, seen)


def _lacks(sheet: Iterable[Looked]) -> tuple[str, ...]:
    """Required items without a value; what is computed is nobody's to write."""
    return tuple(
        one.item.name for one in sheet if one.item.required and not one.item.compute and not one.value
    )


def _disputed(connection: Connection, opened: Opened) -> frozenset[str]:
    """Subjects with a value in their sheet that the body challenged."""
    places = {subject: _places(sheet) for subject, sheet in opened.sheets.items()}
    asked = _asked(connection, opened.filler.code, [each[1] for found in places.values() for each in found])
    return frozenset(subject for subject, found in places.items() if asked & found)


def _places(sheet: Iterable[Looked]) -> frozenset[_Place]:
    return frozenset(
        (one.item.dataset, one.row.reference, one.item.field) for one in sheet if one.row is not None
    )


def _asked(connection: Connection, asker: str, rows: Sequence[str]) -> frozenset[_Place]:
    """Of some rows, the values a body's challenge is open about."""
    d, c, found = disputes.c, corrections.c, set[_Place]()
    wanted = sorted(set(rows))
    query = select(d.dataset, d.row, d.field).join(corrections, c.id == d.correction_id)
    query = query.where(c.asker == asker, d.closed_at.is_(None))
    for start in range(0, len(wanted), _AT_ONCE):
        page = query.where(d.row.in_(wanted[start : start + _AT_ONCE]))
        found |= {(row.dataset, row.row, row.field) for row in connection.execute(page)}
    return frozenset(found)


def _begun(connection: Connection, found: Task, subjects: Sequence[str]) -> frozenset[str]:
    """Subjects somebody saved a draft of: what was typed is not confirmed over."""
    mine = {
        one.subject
        for one in drafts.listing(connection, found.body)
        if (one.form, one.period) == (found.form, found.period)
    }
    return frozenset(mine.intersection(subjects))
