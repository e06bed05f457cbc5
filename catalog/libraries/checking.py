"""Checks of a library: its members exist, their authoritative sources are named, its owner looked lately.

Decides what is wrong with a library on a day; changes nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from catalog import evidence, revisions
from catalog.libraries import kept
from catalog.libraries.kept import COMPOSED, Library, Member
from catalog.lineage import columns as lineage
from catalog.revisions import PUBLISHED, Revision
from catalog.store.schema import new_id
from catalog.store.tables.authority import authority_terms
from catalog.store.tables.ledger import authorities
from catalog.store.tables.libraries import library_checks
from policies.clocks import local_date
from policies.decision import Reason
from policies.machine import Office, machine


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        library: its name.
        members: how many it has.
        findings: everything wrong; none: it passed.
    """

    library: str
    members: int
    findings: tuple[Reason, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "library": self.library,
            "members": self.members,
            "passed": self.passed,
            "findings": [asdict(each) for each in self.findings],
        }


def check(
    connection: Connection, name: str, *, by: str, now: datetime, office: Office = Office.STEWARD
) -> Checked:
    """Check a library, and keep what was found.

    Args:
        connection: a writing transaction.
        name: of the library.
        by: who checks.
        now: aware instant.
        office: the owner's or the authority's.

    Raises:
        LibraryError: there is no such library.
        IllegalStep: it is closed, or the office may not.
    """
    library = kept.called(connection, name)
    machine("library").after(library.state, "check", office, name)
    members = kept.members(connection, name)
    found = Checked(name, len(members), findings(connection, library, members, local_date(now)))
    body = {"passed": found.passed, "members": found.members, "findings": [r.code for r in found.findings]}
    proof = evidence.record(
        connection,
        event="catalog:library:check",
        subject=f"library:{name}",
        body=body | {"actor": by},
        now=now,
    )
    connection.execute(
        insert(library_checks).values(
            id=new_id("chk"), library_id=library.id, checked_at=now, passed=found.passed,
            members=len(members),
            findings=[asdict(each) for each in found.findings], checked_by=by, evidence_id=proof,
        )
    )  # fmt: skip
    return found


def findings(
    connection: Connection, library: Library, members: Sequence[Member], on: date
) -> tuple[Reason, ...]:
    """Everything wrong with a library on a day."""
    named = {name for member in members for name in (member.dataset, *member.sources)}
    known = {each.name: each for each in revisions.all_current(connection) if each.name in named}
    where = _authoritative(connection)
    return (
        *_of_library(library, members, on),
        *(reason for member in members for reason in _of_member(member, known)),
        *_of_sources(members, known, where),
    )


def _of_library(library: Library, members: Sequence[Member], on: date) -> Iterator[Reason]:
    if not members:
        yield Reason(
            "library.empty",
            "the library has no member",
            library.name,
            "put its datasets in: `ybz library member`",
        )
    if on > library.review_due_on:
        yield Reason(
            "library.review",
            "the owner's review is overdue",
            library.name,
            "review it (`ybz library review`), or close it",
        )
    if library.ends_on is not None and on > library.ends_on:
        yield Reason(
            "library.task_over",
            "the task the library was made for is over",
            library.name,
            "close it: `ybz library close`",
        )


def _of_member(member: Member, known: Mapping[str, Revision]) -> Iterator[Reason]:
    for name in dict.fromkeys((member.dataset, *member.sources)):
        if name not in known or known[name].state != PUBLISHED:
            yield Reason(
                "library.member.unpublished",
                "a member, or a source of one, is not published",
                name,
                "have it published, or take it out of the library",
            )
    revision = known.get(member.dataset)
    if revision is None or member.part != COMPOSED or revision.contract.composed is None:
        return
    read = lineage.inputs_of(revision.contract.composed.sql)
    for name in sorted(set(read) - set(member.sources)):
        yield Reason(
            "library.member.source",
            "a composed member is made from a dataset that is not named among its sources",
            f"{member.dataset} ← {name}",
            "name every dataset its SQL reads as a source",
        )


def _of_sources(
    members: Sequence[Member], known: Mapping[str, Revision], where: Mapping[str, frozenset[str]]
) -> Iterator[Reason]:
    """Every standard item of a source comes from the one authoritative dataset of it 一数一源."""
    drawn = {name for member in members for name in member.sources}
    told: set[str] = set()
    for member in members:
        revision = known.get(member.dataset)
        if revision is None:
            continue
        for item in revision.contract.fields:
            if item.element is None or item.element in told:
                continue
            sources = where.get(item.element)
            if sources is None:
                told.add(item.element)
                yield Reason(
                    "library.item.unnamed",
                    "no authoritative source is named for a standard item of a member",
                    f"{member.dataset}.{item.name}",
                    "have the authority name one: `ybz authority`",
                )
            elif sources.isdisjoint(drawn):
                told.add(item.element)
                yield Reason(
                    "library.item.elsewhere",
                    "the authoritative source of a standard item is not among the library's sources",
                    f"{member.dataset}.{item.name} ← {', '.join(sorted(sources))}",
                    "draw the item from its authoritative source, or name that as a source of the member",
                )


def _authoritative(connection: Connection) -> Mapping[str, frozenset[str]]:
    """Standard element → datasets that answer for it now, for whatever subject."""
    found: dict[str, set[str]] = {}
    terms = select(authority_terms.c.element, authority_terms.c.dataset)
    for query in (
        select(authorities.c.element, authorities.c.dataset),
        terms.where(authority_terms.c.ended_on.is_(None)),
    ):
        for element, dataset in connection.execute(query):
            found.setdefault(element, set()).add(dataset)
    return {element: frozenset(datasets) for element, datasets in found.items()}
