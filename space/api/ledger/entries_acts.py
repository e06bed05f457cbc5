"""``/v1/entries``: the steps of one entry, from the draft to publication and withdrawal; a thin door.

The office is that of the path: a department's head signs, the authority reviews. Nobody acts in two by
sending another word.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from catalog.cataloging import answering, clocks, steps, telling
from catalog.cataloging.acts import Act as Taken
from catalog.cataloging.acts import Who
from catalog.cataloging.values import Catalogued
from catalog.clocks.running import clocks_of
from contracts.odcs.files import loads
from policies.access import Act
from policies.decision import Deny
from policies.machine import Office
from space.access.stating import may_state
from space.api.entrance.acting import Do, Document, Doing, Reasoned, Signed
from space.api.entrance.owning import towards_entry
from space.api.ledger.entries import Name
from space.api.services import permit
from space.errors import Refused

router = APIRouter(prefix="/v1/entries", tags=["entries"])

Revision = Annotated[
    int | None, Field(ge=1, le=2**31, description="The revision you looked at: none newer is taken for it.")
]


class Submitted(Signed):
    """A contract to be compiled and checked."""

    contract: str = Field(min_length=1, max_length=1_000_000, description="ODCS, as YAML or JSON text.")
    reason: str = Field("contract sent", max_length=2000)
    assessment: str = Field("", max_length=200, description="Reference of the recorded impact assessment.")


class Again(Signed):
    """Why the revision on its way is submitted again."""

    reason: str = Field("submitted again", max_length=2000)
    assessment: str = Field("", max_length=200, description="Reference of the recorded impact assessment.")


class Looked(Signed):
    """A note on an act, and what was looked at."""

    reason: str = Field("", max_length=2000)
    revision: Revision = None


class Reviewed(Looked):
    """A review."""

    seen_added_condition: bool = Field(False, description="Conditions added after publication were seen.")


class Returned(Signed):
    """All that is missing, told once."""

    missing: list[str] = Field(min_length=1, max_length=200, description="`place: what`, or what.")
    revision: Revision = None


class Refusing(Looked):
    """A refusal with what it rests on."""

    basis: str = Field(min_length=1, max_length=2000, description="Law, rule or standard it rests on.")
    reason: str = Field(min_length=1, max_length=2000)


class Triggered(Signed):
    """What obliges the department to update."""

    kind: Literal["law", "function", "system", "structure", "other"]
    what: str = Field(min_length=1, max_length=2000, description="What happened.")


@router.post("", status_code=201)
def submit(sent: Submitted, do: Do) -> Document:
    """Submit a contract as its department's steward: it is compiled and checked for the head to sign."""
    permit(do.who, Act.CATALOGUE_KEEP)
    contract = loads(sent.contract, "contract")
    decision = do.at(
        lambda c: may_state(
            c, do.who.role, do.who.organisation, Act.CATALOGUE_KEEP, contract, do.today
        )
    )  # fmt: skip
    if isinstance(decision, Deny):
        raise Refused(decision)
    who = Who(do.by(sent), Office.STEWARD)
    return do.apart(
        lambda now: catalogued(
            steps.submit(
                do.engine, (contract, None), who, reason=sent.reason, now=now, assessment=sent.assessment
            )
        )
    )


@router.post("/{name}/submission")
def submit_again(name: Name, sent: Again, do: Do) -> Document:
    """Submit the revision on its way again, after it was returned or completed."""
    permit(do.who, Act.CATALOGUE_KEEP)
    towards_entry(do, Act.CATALOGUE_KEEP, name)
    who = Who(do.by(sent), Office.STEWARD)
    return do.apart(
        lambda now: catalogued(
            steps.submit(do.engine, name, who, reason=sent.reason, now=now, assessment=sent.assessment)
        ),
        _read(name),
    )


@router.post("/{name}/signature")
def sign(name: Name, said: Looked, do: Do) -> Document:
    """Sign a checked entry off, as head of its department."""
    permit(do.who, Act.ENTRY_SIGN)
    towards_entry(do, Act.ENTRY_SIGN, name)
    who = Who(do.by(said), Office.HEAD)
    return _step(
        do, name,
        lambda now: steps.sign_off(do.engine, name, who, now=now, reason=said.reason, revision=said.revision),
    )  # fmt: skip


@router.post("/{name}/publication")
def approve(name: Name, said: Reviewed, do: Do) -> Document:
    """Review and publish a signed-off entry; the authority's act."""
    permit(do.who, Act.ENTRY_REVIEW)
    towards_entry(do, Act.ENTRY_REVIEW, name)
    who = Who(do.by(said), Office.AUTHORITY)

    def act(now: datetime) -> Document:
        done = steps.approve(
            do.engine, name, who, now=now, reason=said.reason,
            seen_added_condition=said.seen_added_condition, looked=said.revision,
        )  # fmt: skip
        return catalogued(done) | {"told": done.told}

    return do.apart(act, _read(name))


@router.post("/{name}/return")
def give_back(name: Name, said: Returned, do: Do) -> Document:
    """Return an entry with one complete list of what is missing; the authority's act."""
    permit(do.who, Act.ENTRY_REVIEW)
    towards_entry(do, Act.ENTRY_REVIEW, name)
    return _given_back(name, said, do, Office.AUTHORITY)


@router.post("/{name}/return-by-head")
def give_back_within(name: Name, said: Returned, do: Do) -> Document:
    """Return an entry to its steward with one complete list, as head of the department."""
    permit(do.who, Act.ENTRY_SIGN)
    towards_entry(do, Act.ENTRY_SIGN, name)
    return _given_back(name, said, do, Office.HEAD)


@router.post("/{name}/refusal")
def refuse(name: Name, said: Refusing, do: Do) -> Document:
    """Refuse a signed-off entry, with a cited basis. What is published stays in force."""
    permit(do.who, Act.ENTRY_REVIEW)
    towards_entry(do, Act.ENTRY_REVIEW, name)
    who = Who(do.by(said), Office.AUTHORITY)
    return _step(
        do, name,
        lambda now: answering.refuse(
            do.engine, name, who, basis=said.basis, reason=said.reason, now=now, revision=said.revision
        ),
    )  # fmt: skip


@router.post("/{name}/retraction")
def retract(name: Name, said: Reasoned, do: Do) -> Document:
    """Take a revision back before the head has signed it, as its steward."""
    permit(do.who, Act.CATALOGUE_KEEP)
    towards_entry(do, Act.CATALOGUE_KEEP, name)
    who = Who(do.by(said), Office.STEWARD)
    return _step(do, name, lambda now: answering.retract(do.engine, name, who, reason=said.reason, now=now))


@router.post("/{name}/withdrawal")
def withdraw(name: Name, said: Reasoned, do: Do) -> Document:
    """Withdraw a published entry; the authority's act."""
    permit(do.who, Act.ENTRY_REVIEW)
    towards_entry(do, Act.ENTRY_REVIEW, name)
    who = Who(do.by(said), Office.AUTHORITY)
    return _step(do, name, lambda now: answering.withdraw(do.engine, name, who, reason=said.reason, now=now))


@router.post("/{name}/triggers")
def trigger(name: Name, said: Triggered, do: Do) -> Document:
    """Record what obliges the department to update a published entry; its clock starts."""
    permit(do.who, Act.CATALOGUE_KEEP)
    towards_entry(do, Act.CATALOGUE_KEEP, name)
    who = Who(do.by(said), Office.STEWARD)

    def act(now: datetime) -> Document:
        done = answering.trigger(do.engine, name, who, kind=said.kind, what=said.what, now=now)
        running = do.at(lambda c: clocks_of(c, clocks.subject(done.name), open_only=True))
        (clock,) = (each for each in running if each.rule == clocks.UPDATE)
        return taken(done) | {"due_on": clock.due_on, "provisional": clock.provisional}

    return do.apart(act, _read(name))


def catalogued(done: Catalogued) -> Document:
    """The plain form of what became of a contract."""
    return {
        "name": done.name, "code": done.code, "revision": done.revision, "state": done.state,
        "changed": done.changed, "in_force": done.in_force, "open_points": list(done.open_points),
    }  # fmt: skip


def taken(act: Taken) -> Document:
    """The plain form of an act on an entry."""
    return {"name": act.name, **act.as_document()}


def _given_back(name: str, said: Returned, do: Doing, office: Office) -> Document:
    who = Who(do.by(said), office)
    return _step(
        do, name,
        lambda now: answering.return_(
            do.engine, name, who, said.missing, now=now, revision=said.revision
        ),
    )  # fmt: skip


def _step(do: Doing, name: str, act: Any) -> Document:
    return do.apart(lambda now: taken(act(now)), _read(name))


def _read(name: str) -> Any:
    """What a read of the entry answers: the state an act may name (``If-Match``)."""
    return lambda connection: telling.history(connection, name)
