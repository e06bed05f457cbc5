"""Walking steps of cataloguing for one contract or thousands, with few statements.

Decides which steps follow each other when they are taken at once, up to a given one. Which step is lawful
is the table's (:func:`policies.machine.machine`); what is known of the entries before is read by
:mod:`catalog.cataloging.knowing`, what was walked is written by :mod:`catalog.cataloging.keeping`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.cataloging import conditions
from catalog.cataloging.acts import (
    CHECK,
    COMPILE,
    PROCEDURE,
    PUBLISH,
    REVIEW,
    SIGN_OFF,
    Act,
    Who,
    separated,
)
from catalog.cataloging.checking import Prepared
from catalog.cataloging.errors import ActRefused, ManyRefused
from catalog.cataloging.keeping import Way, keep
from catalog.cataloging.knowing import Known, breaks_of, known
from catalog.cataloging.standing import RESTING, Standing
from catalog.cataloging.values import Acts, Catalogued
from catalog.store.schema import new_id
from policies.clocks import local_date
from policies.machine import IllegalStep, Office, machine

# The steps in their order, and in which office each is taken.
ORDER: Final = (
    (COMPILE, Office.STEWARD),
    (CHECK, Office.STEWARD),
    (SIGN_OFF, Office.HEAD),
    (REVIEW, Office.AUTHORITY),
    (PUBLISH, Office.AUTHORITY),
)
_EVENTS: Final = tuple(event for event, _ in ORDER)


def walk(
    connection: Connection, given: Sequence[Prepared], acts: Acts, *, upto: str, again: bool = False
) -> tuple[Catalogued, ...]:
    """Take the steps of cataloguing, up to one of them, for every contract given.

    Args:
        connection: a writing transaction.
        given: contracts, checked.
        acts: who acts, why and when.
        upto: the last step to take: ``compile``, ``check`` or ``publish``.
        again: a revision that was returned, refused, retracted or withdrawn may be submitted again as it is.

    Returns:
        One result a contract, in the order given.

    Raises:
        IllegalStep: the only one given cannot be compiled now.
        ActRefused: the only one given reads a copy although another field is authoritative.
        ManyRefused: some of several cannot; each is named with its open steps.
    """
    found = known(connection, given, acts)
    ways, illegal = [], []
    for one in given:
        try:
            way = _start(one, found, acts, again)
            if (denial := found.copies.get(one.contract.name)) and _to_be_checked(way, upto):
                illegal.append(ActRefused(one.contract.name, denial))
                continue
            _steps(way, acts, upto)
        except IllegalStep as error:
            illegal.append(ActRefused(one.contract.name, error.denial))
            if len(given) == 1:
                raise
            continue
        ways.append(way)
    if illegal:
        raise illegal[0] if len(given) == 1 else ManyRefused(illegal)
    told = keep(connection, ways, acts)
    return tuple(_result(way, told) for way in ways)


def _start(given: Prepared, known: Known, acts: Acts, again: bool) -> Way:
    """The way of a contract, its compilation taken where that makes something new."""
    name = given.contract.name
    found = known.standings.get(name) or _new(given, known.codes)
    new = name not in known.standings
    edges = known.edges.get(name, ())
    if not new and found.newest_digest == given.digest:
        way = Way(given, found, False, False, found.newest, found.way, edges=edges)
        if found.way != revisions.PUBLISHED:
            way.earlier, way.unseen, way.former = (
                known.acts_on(found), known.unseen(found), known.in_force(found),
            )  # fmt: skip
        if again and way.state in RESTING:
            _take(way, COMPILE, Office.STEWARD, acts, {"digest": given.digest, "breaks": []})
        return way
    way = Way(given, found, new, True, 1 if new else found.newest + 1, found.way, edges=edges)
    details: dict[str, Any] = {"digest": given.digest, "breaks": []}
    if not new:
        way.former, before = known.in_force(found), known.made[found.entry_id, found.newest]
        broken = breaks_of(before.contract, given.contract)
        details["breaks"] = list(broken)
        if way.former is not None:
            same = way.former.number == before.number
            way.breaks = broken if same else breaks_of(way.former.contract, given.contract)
            way.added = way.unseen = conditions.added_conditions(way.former.contract, given.contract)
    _take(way, COMPILE, Office.STEWARD, acts, details)
    return way


def _new(given: Prepared, codes: Mapping[str, str]) -> Standing:
    contract, start = given.contract, machine(PROCEDURE).start
    return Standing(
        new_id("ent"), contract.name, codes[contract.name], contract.title, contract.department.name,
        contract.department.code, start, 1, given.digest, None, None, False, given.place, given.place,
    )  # fmt: skip


def _steps(way: Way, acts: Acts, upto: str) -> None:
    """The steps after compilation."""
    if not way.changed and way.state in RESTING:
        way.waits = (
            f"it is {way.state} and the contract is unchanged: see `ybz entry history {way.standing.name}`",
        )
        return
    if not way.given.admitted:
        return
    for event, office in ORDER[1 : _EVENTS.index(upto) + 1]:
        if way.state != _before(event):
            continue
        details: Mapping[str, Any] = way.given.checked if event == CHECK else {}
        if event == REVIEW and way.unseen:
            if not acts.seen_added_condition:
                way.waits = tuple(_waiting(each) for each in way.unseen)
                return
            details = {"seen_added_condition": [each.path for each in way.unseen]}
        _take(way, event, office, acts, details)


def _to_be_checked(way: Way, upto: str) -> bool:
    """Whether the walk takes the check, in which the sources of an entry are looked at."""
    return upto != COMPILE and way.given.admitted and way.state == _before(CHECK)


def _before(event: str) -> str:
    """The state in which a step of the straight way is taken."""
    return next(s.state for s in machine(PROCEDURE).steps if s.event == event)


def _waiting(added: conditions.Added) -> str:
    return (
        f"{added.path}: {added.what} after publication: the authority states that it has seen it"
        " (`seen_added_condition`)"
    )


def _take(way: Way, event: str, office: Office, acts: Acts, details: Mapping[str, Any]) -> None:
    after = machine(PROCEDURE).after(way.state, event, office, way.given.contract.name)
    who = Who(acts.actor(office), office)
    held = separated(way.given.contract.name, who, [*way.earlier, *way.made], local_date(acts.now))
    reason = acts.reason if event == COMPILE else ""
    way.made.append(
        Act(
            way.standing.entry_id, way.given.contract.name, way.number, event, office, who.name, way.state,
            after, reason, acts.now, {**details, **held},
        )
    )  # fmt: skip
    way.state = after


def _result(way: Way, told: Mapping[str, int]) -> Catalogued:
    standing = way.standing
    in_force = way.number if way.state == revisions.PUBLISHED else standing.published
    points = (*way.given.open_points, *way.waits)
    return Catalogued(
        standing.entry_id, standing.name, standing.code, way.number, way.state, way.changed, points,
        in_force, told.get(standing.name, 0),
    )  # fmt: skip
