"""The steps of cataloguing as separate acts of separate people.

Decides what each act on the straight way needs beside being open in the table: the check at submission,
the head's sign-off, the authority's statement that it has seen added conditions. What else may happen to
an entry is :mod:`catalog.cataloging.answering`'s. Each act is one transaction with its row, its evidence
and its clocks; a refused one writes nothing.

Source: 政务数据共享条例 Arts 13, 14, 16, 17.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine

from catalog import revisions
from catalog.authority.permits import CATALOGUE, may_read
from catalog.cataloging import clocks, conditions, walking
from catalog.cataloging.acts import (
    CHECK,
    COMPILE,
    PROCEDURE,
    PUBLISH,
    REVIEW,
    SIGN_OFF,
    Act,
    Who,
    acts_of,
    write,
)
from catalog.cataloging.admission import admit
from catalog.cataloging.checking import checked_again, prepared, record_refusal
from catalog.cataloging.errors import ActRefused, Refused
from catalog.cataloging.publishing import Coming, put_in_force
from catalog.cataloging.standing import RESTING, Standing, standing, standings
from catalog.cataloging.taking import act_now, assessment_given, looked_at, move, overtaken
from catalog.cataloging.values import Acts, Catalogued
from catalog.clocks.place import place_on
from catalog.lineage import columns as lineage
from catalog.store import reading, writing
from contracts.model import Contract
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.machine import machine

UNSEEN: Final = "catalog.added_condition"


def submit(
    engine: Engine,
    given: tuple[Contract, Path | None] | str,
    who: Who,
    *,
    reason: str,
    now: datetime,
    assessment: str = "",
) -> Catalogued:
    """The steward compiles a contract, or takes the revision on its way, and has it checked.

    Args:
        engine: of the store.
        given: a contract with its file, or the name of an entry.
        who: acts, as steward.
        reason: why the revision is made.
        now: aware instant.
        assessment: reference of the personal-information impact assessment, where there is one.

    Returns:
        State ``checked``; a draft that lacks something stays ``compiled`` and says what.

    Raises:
        UnknownDataset: no entry has that name.
        Refused: the entry is a secret, or lacks a basis or an assessment it needs.
        ActRefused: named, and a newer revision was made meanwhile.
        IllegalStep: the revision on its way is past that.
    """
    acts = Acts(by=who.name, reason=reason, now=now, assessment=assessment)
    pair, digest = (given, None) if not isinstance(given, str) else _on_its_way(engine, given)
    try:
        (made,) = prepared(engine, [pair], acts)
    except Refused as refused:
        record_refusal(engine, pair[0], refused.denial, who.name, now)
        raise
    with writing(engine) as connection:
        found = standings(connection, [made.contract.name]).get(made.contract.name)
        if found is not None and digest not in (None, found.newest_digest):
            overtaken(found.name)
        _may_submit(found, made.digest, who)
        (done,) = walking.walk(connection, [made], acts, upto=CHECK, again=True)
    return done


def sign_off(
    engine: Engine, name: str, who: Who, *, now: datetime, reason: str = "", revision: int | None = None
) -> Act:
    """The head of the department signs a checked revision off.

    Args:
        engine: of the store.
        name: of the entry.
        who: acts, as head.
        now: aware instant.
        reason: a note on the sign-off.
        revision: number of the one that was looked at, where it is named.

    Raises:
        UnknownDataset, IllegalStep: as every act.
        Refused: the rule asks for separate persons.
        ActRefused: another revision than the one named is on its way.
    """
    with writing(engine) as connection:
        looked_at(standing(connection, name), revision, local_date(now))
        return move(connection, name, SIGN_OFF, who, now, reason)


def approve(
    engine: Engine,
    name: str,
    who: Who,
    *,
    now: datetime,
    reason: str = "",
    seen_added_condition: bool = False,
    looked: int | None = None,
) -> Catalogued:
    """The authority reviews a signed-off revision and publishes it.

    Args:
        engine: of the store.
        name: of the entry.
        who: acts, as authority.
        now: aware instant.
        reason: a note on the review.
        seen_added_condition: it has seen that the revision adds conditions.
        looked: number of the revision that was looked at, where it is named.

    Raises:
        UnknownDataset, IllegalStep: as every act.
        ActRefused: conditions were added and that was not stated to be seen; or the entry no longer shows
            what listing needs; or another revision than the one named is on its way.
    """
    with writing(engine) as connection:
        found = standing(connection, name)
        looked_at(found, looked, local_date(now))
        event = PUBLISH if found.way == "reviewed" else REVIEW
        machine(PROCEDURE).after(found.way, event, who.office, found.name)
        revision = revisions.number(connection, found.name, found.newest)
        seen = _seen(connection, found, seen_added_condition)
        _still_admitted(connection, found, revision.contract, now)
        _sources(connection, found, revision.contract, now)
        if found.way != "reviewed":
            details = {"seen_added_condition": [each.found.path for each in seen]} if seen else {}
            move(connection, found.name, REVIEW, who, now, reason, details)
            conditions.see(connection, [(found.entry_id, found.newest)], who.name, now)
        told = _publish(connection, standing(connection, found.name), revision, who, now)
    return Catalogued(
        found.entry_id,
        found.name,
        found.code,
        found.newest,
        revisions.PUBLISHED,
        False,
        (),
        found.newest,
        told,
    )


def _on_its_way(engine: Engine, name: str) -> tuple[tuple[Contract, Path | None], str]:
    """The newest contract with its file, and its digest, by which it is known again."""
    with reading(engine) as connection:
        found = standing(connection, name)
        path = found.newest_path or found.path
        contract = revisions.number(connection, found.name, found.newest).contract
    return (contract, Path(path) if path else None), found.newest_digest


def _may_submit(found: Standing | None, digest: str, who: Who) -> None:
    procedure = machine(PROCEDURE)
    if found is None:
        procedure.after(procedure.start, COMPILE, who.office)
    elif found.newest_digest != digest or found.way in RESTING:
        procedure.after(found.way, COMPILE, who.office, found.name)
    else:
        procedure.after(found.way, CHECK, who.office, found.name)


def _seen(connection: Connection, found: Standing, stated: bool) -> tuple[conditions.Finding, ...]:
    unseen = conditions.unseen(conditions.findings_of(connection, found.entry_id, found.newest))
    if unseen and not stated:
        raise ActRefused(
            found.name,
            Deny(
                tuple(
                    Reason(
                        UNSEEN,
                        f"{each.found.path}: {each.found.what}, after publication",
                        each.found.path,
                        "state that you have seen it (`seen_added_condition`), or return the entry",
                    )
                    for each in unseen
                )
            ),
        )
    return unseen


def _still_admitted(connection: Connection, found: Standing, contract: Contract, now: datetime) -> None:
    """The entry was checked when it was submitted; the rules may be others today."""
    assessment = assessment_given(acts_of(connection, found.entry_id), found.newest)
    decision = admit(checked_again(contract, assessment, local_date(now)))
    if isinstance(decision, Deny):
        raise ActRefused(found.name, decision)


def _sources(connection: Connection, found: Standing, contract: Contract, now: datetime) -> None:
    """The authority may have named another source since the entry was checked."""
    if contract.composed is None:
        return
    on = local_date(now)
    edges = lineage.column_lineage(contract, lineage.known_inputs(connection, contract))
    decision = may_read(connection, found.name, edges, on, step=CATALOGUE, place=place_on(connection, on))
    if isinstance(decision, Deny):
        raise ActRefused(found.name, decision)


def _publish(
    connection: Connection, found: Standing, revision: revisions.Revision, who: Who, now: datetime
) -> int:
    after = machine(PROCEDURE).after(found.way, PUBLISH, who.office, found.name)
    act = act_now(connection, found, PUBLISH, who, now, "", {}, found.way, after)
    write(connection, [act])
    former, contract = None, revision.contract
    if found.published is not None:
        in_force = revisions.number(connection, found.name, found.published)
        former = (in_force.number, in_force.contract)
    edges: tuple[lineage.Edge, ...] = ()
    if contract.composed is not None:
        edges = lineage.column_lineage(contract, lineage.known_inputs(connection, contract))
    path = found.newest_path or found.path
    coming = Coming(found, found.newest, contract, former, edges, path)
    told = put_in_force(connection, [coming], now)
    clocks.follow(connection, [clocks.Followed(found, found.newest, [act])], now)
    return told.get(found.name, 0)
