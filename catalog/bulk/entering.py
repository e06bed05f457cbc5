"""Entries of a form into the ledger, all of them in one transaction or none.

Decides what a form may do: make entries, and change those that nobody else is working on. Refused entries
are faults at the line they came from. Taking a catalogue over is :mod:`catalog.bulk.adopting`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, Engine, select

from catalog import revisions
from catalog.bulk.making import Given, Made, Standing, known_by, make
from catalog.bulk.reading import FormFaulty, Line
from catalog.cataloging.acts import same
from catalog.cataloging.checking import prepared
from catalog.cataloging.entering import enter_all
from catalog.cataloging.errors import ManyRefused, Refused
from catalog.cataloging.standing import standings
from catalog.cataloging.values import Acts, Catalogued
from catalog.store import reading, writing
from catalog.store.tables.ledger import entries
from catalog.store.tables.ledger import revisions as revision_rows
from catalog.workbook.faults import Fault
from contracts.model import Contract
from policies.machine import IllegalStep

# Names asked for in one statement: databases bound the number of parameters.
_AT_ONCE = 500
# States of a revision on its way in which its steward may still change it.
_WITH_STEWARD: Final = ("compiled", "checked")


def given_by(engine: Engine, lines: Iterable[Line]) -> tuple[Given, ...]:
    """The entries a form makes, beside those the ledger has.

    Raises:
        FormFaulty: a cell cannot be taken; every fault is named.
    """
    with reading(engine) as connection:
        made = made_of(connection, tuple(lines))
    if made.faults:
        raise FormFaulty(made.faults)
    return made.given


def made_of(connection: Connection, lines: Sequence[Line]) -> Made:
    """What a form makes beside the entries the ledger has, and every cell that cannot be taken."""
    return make(lines, _standing(connection, lines))


def refusals(engine: Engine, given: Sequence[Given], acts: Acts) -> list[Fault]:
    """What entries would be refused for, at the lines they came from; nothing is entered."""
    try:
        prepared(engine, [(one.contract, None) for one in given], acts)
    except (Refused, ManyRefused) as error:
        return _told(error, given)
    return []


def enter(
    engine: Engine, given: Sequence[Given], acts: Acts, *, submit: bool, publish: bool = False
) -> tuple[Catalogued, ...]:
    """Enter the entries of a form, in one transaction.

    Args:
        engine: of the store.
        given: entries of a form.
        acts: who acts, why and when.
        submit: check them too and leave them to the head of the department.
        publish: take every further step as well.

    Raises:
        FormFaulty: an entry is refused, is with somebody else, or has changed since the form was laid over
            it, or a code is no code of the ledger; nothing is entered.
    """
    strange = [
        Fault(
            one.line.sheet, one.line.at("code"), "no entry of the ledger has this code",
            "leave it empty for a new entry; `ybz bulk adopt` takes a catalogue over with its codes",
        )
        for one in given
        if one.code and not one.known
    ]  # fmt: skip
    if strange:
        raise FormFaulty(strange)
    with writing(engine) as connection:
        _unmoved(connection, given, acts)
        return entered(connection, given, acts, submit=submit, publish=publish)


class _Newest(Mapping[str, Contract]):
    """Dataset → its newest contract, in force or not; parsed when it is asked for."""

    def __init__(self, names: Iterable[str], texts: Mapping[str, str]) -> None:
        self._names, self._texts = frozenset(names), texts

    def __getitem__(self, name: str) -> Contract:
        return revisions.parsed(self._texts[name])

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _standing(connection: Connection, lines: Sequence[Line]) -> Standing:
    """What the ledger has; contracts of those entries alone that the lines may be about."""
    e = entries.c
    rows = connection.execute(select(e.name, e.code, e.title, e.department, e.current_revision)).all()
    codes = {row.code: row.name for row in rows}
    titles = {known_by(row.department, row.title): row.name for row in rows}
    names = {row.name: row.current_revision for row in rows}
    about = {line.cells.get("name", "") for line in lines} & names.keys()
    about |= {codes[line.cells["code"]] for line in lines if line.cells.get("code") in codes}
    for line in lines:
        found = titles.get(known_by(line.cells.get("department", ""), line.cells.get("title", "")))
        if found is not None:
            about.add(found)
    return Standing(_Newest(names, _texts(connection, sorted(about))), names, codes, titles)


def _texts(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """Dataset → canonical JSON of its newest contract."""
    e, r = entries.c, revision_rows.c
    query = select(e.name, r.contract).join(entries, e.id == r.entry_id).where(r.number == e.current_revision)
    found: dict[str, str] = {}
    for first in range(0, len(names), _AT_ONCE):
        some = connection.execute(query.where(e.name.in_(names[first : first + _AT_ONCE])))
        found |= {row.name: row.contract for row in some}
    return found


def entered(
    connection: Connection, given: Sequence[Given], acts: Acts, *, submit: bool, publish: bool = False
) -> tuple[Catalogued, ...]:
    """Enter entries in the caller's writing transaction; see :func:`enter`.

    Raises:
        FormFaulty: an entry is refused; the caller's transaction must not be committed.
    """
    if not given:
        return ()
    try:
        return enter_all(
            connection, [(one.contract, None) for one in given], acts, submit=submit, publish=publish
        )
    except IllegalStep as error:  # one entry alone
        raise FormFaulty(_faults(Refused(given[0].contract.name, error.denial), given)) from error
    except (Refused, ManyRefused) as error:
        raise FormFaulty(_told(error, given)) from error


def _unmoved(connection: Connection, given: Sequence[Given], acts: Acts) -> None:
    """Refuse a form laid over entries that are others by now, or over what a colleague has on its way."""
    found = standings(connection, [one.contract.name for one in given])
    others = _makers(connection, [s.entry_id for s in found.values() if s.pending in _WITH_STEWARD])
    faults = []
    for one in given:
        standing = found.get(one.contract.name)
        place = one.line.sheet, one.line.at("title")
        if (None if standing is None else standing.newest) != one.base:
            what = "the entry was changed while the form was read"
            faults.append(Fault(*place, what, "look at it, then import the form again"))
        elif standing is not None and not same(others.get(standing.entry_id, acts.by), acts.by):
            what = f"{standing.name} revision {standing.newest} is on its way, by {others[standing.entry_id]}"
            remedy = f"have it published, or retracted (`ybz entry retract {standing.name}`), first"
            faults.append(Fault(*place, what, remedy))
    if faults:
        raise FormFaulty(faults)


def _makers(connection: Connection, entry_ids: Sequence[str]) -> dict[str, str]:
    """Entry → who made the newest revision of it."""
    return {
        entry_id: revision.made_by
        for (entry_id, _), revision in sorted(revisions.several(connection, entry_ids).items())
    }  # fmt: skip


def _told(error: Refused | ManyRefused, given: Sequence[Given]) -> list[Fault]:
    every = error.refusals if isinstance(error, ManyRefused) else (error,)
    return [fault for one in every for fault in _faults(one, given)]


def _faults(refused: Refused, given: Sequence[Given]) -> list[Fault]:
    """A refusal at the line its entry came from; a secret's line only, never its name."""
    line = next((one.line for one in given if one.contract.name == refused.name), None)
    columns = {
        "shareBasis": "basis", "shareCondition": "condition", "shareReason": "share_reason",
        "shareScope": "share_scope", "shareUse": "share_use", "open": "open",
    }  # fmt: skip
    made = []
    for reason in refused.denial.reasons:
        key = next(
            (columns[part.strip()] for part in reason.where.split(",") if part.strip() in columns), "title"
        )
        sheet, cell = ("", "") if line is None else (line.sheet, line.at(key))
        made.append(Fault(sheet, cell, reason.message, reason.allowed))
    return made
