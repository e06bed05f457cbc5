"""Libraries: basic 基础库, theme 主题库 and special-topic 专题库 databases, their owners and members.

Decides who opens, fills, reviews and closes one, and that a closed one stays as it was. Whether its
members are what they should be is :mod:`catalog.libraries.checking`'s matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog import evidence, revisions
from catalog.errors import CatalogError
from catalog.store.schema import new_id
from catalog.store.tables.libraries import libraries, library_members
from contracts.fields import SAFE_NAME
from contracts.model import Party
from policies.clocks import local_date
from policies.machine import Office, machine
from policies.rulebook import rule

KINDS: Final = ("basic", "theme", "special")
SOURCE: Final = "source"
COMPOSED: Final = "composed"
PARTS: Final = (SOURCE, COMPOSED)


class LibraryError(CatalogError):
    """A library that cannot be made, found or changed as asked."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Why a library is kept.

    Attributes:
        task: what for, one sentence.
        basis: on what ground: a law, a plan, a decision.
        reference: of the demand it answers, or empty.
        ends_on: last day of a special-topic library's task, or None.
    """

    task: str
    basis: str
    reference: str = ""
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """A library; mirrors its row."""

    id: str
    name: str
    kind: str
    subject: str
    title: str
    owner: str
    owner_code: str
    task: str
    basis: str
    demand: str
    state: str
    ends_on: date | None
    reviewed_on: date
    review_due_on: date
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    close_reason: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


@dataclass(frozen=True, slots=True)
class Member:
    """A dataset's time in a library.

    Attributes:
        dataset: ``schema.table``.
        part: ``source`` or ``composed``.
        sources: authoritative datasets it draws on.
        joined_at, left_at: when; the second None while it is in.
        leave_reason: why it left.
    """

    dataset: str
    part: str
    sources: tuple[str, ...]
    joined_at: datetime
    left_at: datetime | None
    leave_reason: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "dataset": self.dataset,
            "part": self.part,
            "sources": list(self.sources),
            "joined_at": self.joined_at.isoformat(),
            "left_at": None if self.left_at is None else self.left_at.isoformat(),
            "leave_reason": self.leave_reason,
        }


def add(
    connection: Connection,
    name: str,
    kind: str,
    *,
    title: str,
    owner: Party,
    demand: Demand,
    by: str,
    now: datetime,
    subject: str = "",
) -> Library:
    """Open a library; its owner's act.

    Args:
        connection: a writing transaction.
        name: short, e.g. ``population``.
        kind: ``basic``, ``theme`` or ``special``.
        title: as people say it.
        owner: the department that answers for it.
        demand: why it is kept.
        by: of the owner.
        now: aware instant.
        subject: of a basic or theme library, as the rule lists them; empty for a special-topic one.

    Raises:
        LibraryError: something lacks, or the library is there already.
    """
    on = local_date(now)
    state = machine("library").after(machine("library").start, "open", Office.STEWARD)
    _check_new(connection, name, kind, subject, title, owner, demand, on)
    proof = evidence.record(
        connection, event="catalog:library:open", subject=f"library:{name}",
        body={"kind": kind, "library_subject": subject, "owner": owner.code, "demand": demand.reference,
              "actor": by},
        now=now,
    )  # fmt: skip
    connection.execute(
        insert(libraries).values(
            id=new_id("lib"), name=name, kind=kind, subject=subject, title=title.strip(), owner=owner.name,
            owner_code=owner.code, task=demand.task, basis=demand.basis, demand=demand.reference,
            state=state, ends_on=demand.ends_on, reviewed_on=on, review_due_on=_review_due(kind, on),
            opened_by=by, opened_at=now, evidence_id=proof,
        )
    )  # fmt: skip
    return called(connection, name)


def join(
    connection: Connection,
    name: str,
    dataset: str,
    part: str,
    sources: Sequence[str],
    *,
    by: str,
    now: datetime,
) -> Member:
    """Put a dataset of the ledger into a library; its owner's act.

    Args:
        connection: a writing transaction.
        name: of the library.
        dataset: ``schema.table`` of an entry.
        part: ``source`` (as its department keeps it) or ``composed`` (made for the library).
        sources: authoritative datasets it draws on; a source without any stands for itself.
        by: of the owner.
        now: aware instant.

    Raises:
        UnknownDataset: the ledger has no such entry.
        LibraryError: it is in already, or the part or a source is not as the entry says.
        IllegalStep: the library is closed.
    """
    library = _stepped(connection, name, "join", Office.STEWARD)
    contract = revisions.current(connection, dataset).contract
    made = COMPOSED if contract.composed is not None else SOURCE
    if part not in PARTS or part != made:
        raise LibraryError(f"{dataset} is {made} by its contract — say --part {made}")
    if any(member.dataset == dataset for member in members(connection, name)):
        raise LibraryError(f"{dataset} is in {name} already")
    named = sorted(dict.fromkeys(sources)) or ([dataset] if part == SOURCE else [])
    if not named:
        raise LibraryError(f"a composed member names the datasets it draws on (--source): {dataset} has none")
    for source in named:
        revisions.current(connection, source)
    proof = evidence.record(
        connection, event="catalog:library:join", subject=f"library:{name}",
        body={"dataset": dataset, "part": part, "sources": named, "actor": by}, now=now,
    )  # fmt: skip
    connection.execute(
        insert(library_members).values(
            id=new_id("mem"), library_id=library.id, dataset=dataset, part=part, sources=named, joined_by=by,
            joined_at=now, evidence_id=proof,
        )
    )  # fmt: skip
    (found,) = (each for each in members(connection, name) if each.dataset == dataset)
    return found


def leave(connection: Connection, name: str, dataset: str, *, reason: str, by: str, now: datetime) -> None:
    """Take a dataset out of a library; its time there stays on record.

    Raises:
        LibraryError: it is not in, or no reason is given.
        IllegalStep: the library is closed.
    """
    library = _stepped(connection, name, "leave", Office.STEWARD)
    if not reason.strip():
        raise LibraryError("a member leaves for a reason — state it (--reason)")
    if all(member.dataset != dataset for member in members(connection, name)):
        raise LibraryError(f"{dataset} is not in {name} — see `ybz library show {name}`")
    m = library_members.c
    connection.execute(
        update(library_members)
        .where(m.library_id == library.id, m.dataset == dataset, m.left_at.is_(None))
        .values(left_by=by, left_at=now, leave_reason=reason)
    )
    body = {"dataset": dataset, "reason": reason, "actor": by}
    evidence.record(connection, event="catalog:library:leave", subject=f"library:{name}", body=body, now=now)


def review(connection: Connection, name: str, *, reason: str, by: str, now: datetime) -> Library:
    """The owner looked at the library again: it is still needed, and why.

    Raises:
        LibraryError: no reason is given.
        IllegalStep: the library is closed.
    """
    library = _stepped(connection, name, "review", Office.STEWARD)
    if not reason.strip():
        raise LibraryError("a review says why the library is still needed (--reason)")
    on = local_date(now)
    due = _review_due(library.kind, on)
    connection.execute(
        update(libraries).where(libraries.c.name == name).values(reviewed_on=on, review_due_on=due)
    )
    body = {"reason": reason, "review_due_on": due.isoformat(), "actor": by}
    evidence.record(connection, event="catalog:library:review", subject=f"library:{name}", body=body, now=now)
    return called(connection, name)


def close(
    connection: Connection, name: str, *, reason: str, by: str, now: datetime, office: Office
) -> Library:
    """Close a library: a special-topic one at the end of its task by its owner, any by the authority.

    Its row, its members' times and its checks stay.

    Raises:
        LibraryError: no reason is given, or it does not end with a task.
        IllegalStep: it is closed already, or the office may not.
    """
    event = "close" if office is Office.AUTHORITY else "end"
    held = called(connection, name)
    state = machine("library").after(held.state, event, office)
    if event == "end" and held.kind not in rule("libraries", "ends_with_task", local_date(now)).value:
        raise LibraryError(
            f"a {held.kind} library has no task that ends — the authority closes it (--as authority)"
        )
    if not reason.strip():
        raise LibraryError("a library is closed for a reason — state it (--reason)")
    connection.execute(
        update(libraries)
        .where(libraries.c.name == name)
        .values(state=state, closed_by=by, closed_at=now, close_reason=reason)
    )
    body = {"reason": reason, "office": office.value, "members": len(members(connection, name)), "actor": by}
    evidence.record(
        connection, event=f"catalog:library:{event}", subject=f"library:{name}", body=body, now=now
    )
    return called(connection, name)


def called(connection: Connection, name: str) -> Library:
    """The library of that name.

    Raises:
        LibraryError: there is none.
    """
    row = connection.execute(select(libraries).where(libraries.c.name == name)).one_or_none()
    if row is None:
        raise LibraryError(f"there is no library {name} — see `ybz library list`")
    return _library(row)


def listing(connection: Connection, *, closed: bool = False) -> tuple[Library, ...]:
    """Every open library, by kind and name; closed ones too where asked."""
    query = select(libraries).order_by(libraries.c.kind, libraries.c.name)
    if not closed:
        query = query.where(libraries.c.closed_at.is_(None))
    return tuple(_library(row) for row in connection.execute(query))


def members(connection: Connection, name: str, *, former: bool = False) -> tuple[Member, ...]:
    """Members of a library, the first joined first; those that left too where asked.

    Raises:
        LibraryError: there is no such library.
    """
    library = called(connection, name)
    m = library_members.c
    query = select(m.dataset, m.part, m.sources, m.joined_at, m.left_at, m.leave_reason)
    query = query.where(m.library_id == library.id).order_by(m.joined_at, m.dataset)
    if not former:
        query = query.where(m.left_at.is_(None))
    return tuple(
        Member(row.dataset, row.part, tuple(row.sources), row.joined_at, row.left_at, row.leave_reason)
        for row in connection.execute(query)
    )


def _stepped(connection: Connection, name: str, event: str, office: Office) -> Library:
    library = called(connection, name)
    machine("library").after(library.state, event, office)
    return library


def _check_new(
    connection: Connection,
    name: str,
    kind: str,
    subject: str,
    title: str,
    owner: Party,
    demand: Demand,
    on: date,
) -> None:
    if not SAFE_NAME.match(name) or kind not in KINDS:
        raise LibraryError(f"a library has a name of small letters and a kind: {', '.join(KINDS)}")
    if connection.execute(select(libraries.c.id).where(libraries.c.name == name)).first():
        raise LibraryError(f"there is a library {name} already; a name is given once — take another")
    subjects = () if kind == "special" else tuple(rule("libraries", kind, on).value)
    if subject not in subjects and (subjects or subject):
        words = f"one of {', '.join(subjects)}" if subjects else "none"
        raise LibraryError(f"the subject of a {kind} library is {words} (--subject)")
    same = (libraries.c.kind == kind, libraries.c.subject == subject, libraries.c.closed_at.is_(None))
    if kind == "basic" and (held := connection.execute(select(libraries.c.name).where(*same)).scalar()):
        raise LibraryError(f"the basic library of {subject} is {held}: there is one of each")
    lacking = [
        word
        for word, given in (
            ("title", title), ("owner", owner.name), ("owner's code", owner.code), ("task", demand.task),
            ("basis", demand.basis),
        )
        if not given.strip()
    ]  # fmt: skip
    if lacking:
        raise LibraryError(f"a library states its {', '.join(lacking)}")
    if (kind == "special") != (demand.ends_on is not None):
        raise LibraryError("a special-topic library, and no other, states when its task ends (--ends-on)")
    if demand.ends_on is not None and demand.ends_on < on:
        raise LibraryError("its task has ended already — state a later day (--ends-on)")


def _review_due(kind: str, on: date) -> date:
    return on + timedelta(days=int(rule("libraries", "review_days", on).value[kind]))


def _library(row: Row[Any]) -> Library:
    return Library(**{name: getattr(row, name) for name in Library.__slots__})
