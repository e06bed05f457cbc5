"""Libraries: basic 基础库, theme 主题库 and special-topic 专题库 databases, and their owners.

Decides who opens, reviews and closes one, and that a closed one stays as it was. What goes into it is
:mod:`catalog.libraries.filling`'s; whether its members are what they should be
:mod:`catalog.libraries.checking`'s.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert, select, update

from catalog import evidence
from catalog.libraries.kept import Demand, Library, LibraryError, called, members, stepped
from catalog.store.schema import new_id
from catalog.store.tables.libraries import libraries
from contracts.fields import SAFE_NAME
from contracts.model import Party
from policies.clocks import local_date
from policies.machine import Office, machine
from policies.rulebook import rule

KINDS: Final = ("basic", "theme", "special")


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


def review(connection: Connection, name: str, *, reason: str, by: str, now: datetime) -> Library:
    """The owner looked at the library again: it is still needed, and why.

    Raises:
        LibraryError: no reason is given.
        IllegalStep: the library is closed.
    """
    library = stepped(connection, name, "review", Office.STEWARD)
    if not reason.strip():
        raise LibraryError("a review says why the library is still needed (`reason`)")
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
    state = machine("library").after(held.state, event, office, name)
    if event == "end" and held.kind not in rule("libraries", "ends_with_task", local_date(now)).value:
        raise LibraryError(f"a {held.kind} library has no task that ends — the data authority closes it")
    if not reason.strip():
        raise LibraryError("a library is closed for a reason — state it (`reason`)")
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
        raise LibraryError(f"the subject of a {kind} library is {words} (`subject`)")
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
        raise LibraryError("a special-topic library, and no other, states when its task ends (`ends_on`)")
    if demand.ends_on is not None and demand.ends_on < on:
        raise LibraryError("its task has ended already — state a later day (`ends_on`)")


def _review_due(kind: str, on: date) -> date:
    return on + timedelta(days=int(rule("libraries", "review_days", on).value[kind]))
