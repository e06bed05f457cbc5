"""What breaks if a column changes: everything that reads it, directly or through composed datasets.

Decides who reads a column: composed datasets and their columns, grants, forms, subscriptions, rules and
joins of other contracts, authoritative items, libraries, links. What a given new contract would do to
each of them is :mod:`catalog.lineage.impact`'s; here nobody has written one yet. Nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from catalog import revisions
from catalog.lineage.filters import columns_of
from catalog.lineage.granted import terms_of
from catalog.lineage.graph import EVERY
from catalog.lineage.mentions import ELSEWHERE, mentioning
from catalog.lineage.reach import walk
from catalog.lineage.reached import Reach, Reached, ReachedDataset
from catalog.store.tables.authority import authority_terms
from catalog.store.tables.backflow import subscriptions
from catalog.store.tables.forms import forms
from catalog.store.tables.grants import HELD, grants
from catalog.store.tables.identity import organisations
from catalog.store.tables.libraries import libraries, library_members
from catalog.store.tables.linking import links
from policies import odrl

_GRANTED: Final = re.compile(re.escape(odrl.DATASET) + r"([a-z0-9_.]+)\"")

# Made once: to make a query takes longer than to run it over what a city has of these.
_GRANTS: Final = (
    select(grants, organisations.c.name.label("who"))
    .join(organisations, organisations.c.code == grants.c.grantee)
    .where(grants.c.state.in_(HELD), grants.c.valid_to >= bindparam("on"))
    .order_by(grants.c.id)
)
_FORMS: Final = select(forms).where(forms.c.valid_to >= bindparam("on")).order_by(forms.c.code)
_SUBSCRIPTIONS: Final = (
    select(subscriptions, organisations.c.name.label("who"))
    .join(organisations, organisations.c.code == subscriptions.c.subscriber)
    .where(subscriptions.c.state == "active")
    .order_by(subscriptions.c.id)
)
_AUTHORITIES: Final = select(authority_terms).where(authority_terms.c.ended_on.is_(None))
_LIBRARIES: Final = (
    select(library_members.c.dataset, *libraries.c["name", "title", "owner"])
    .join(libraries, libraries.c.id == library_members.c.library_id)
    .where(library_members.c.left_at.is_(None), libraries.c.closed_at.is_(None))
    .order_by(libraries.c.name, library_members.c.dataset)
)
_LINKS: Final = select(links).where(links.c.removed_at.is_(None)).order_by(links.c.id)


@dataclass(frozen=True, slots=True)
class Use:
    """Something that reads a changed column.

    Attributes:
        kind: ``grant``, ``form``, ``subscription``, ``rule``, ``join``, ``authority``, ``library``, ``link``.
        id: of it; the name of the contract whose rule or join it is.
        who: organisation or department concerned.
        column: what it reads, ``schema.table.field``; ``*`` for the rows, or for whatever it has.
        through: what of it reads the column: ``column``, ``row filter``, ``join``, ``item``, ``key``,
            ``area``, …
        detail: what a person needs to find it: a purpose, a title, a rule.
        hops: edges between the changed column and the one it reads; 0 for the column itself.
    """

    kind: str
    id: str
    who: str
    column: str
    through: str
    detail: str
    hops: int


@dataclass(frozen=True, slots=True)
class Affected:
    """Everything that reads a column, or any column of a dataset.

    Attributes:
        dataset, field: what changes; field None for all of it.
        columns: computed from it, the nearest first; one page of them.
        total: how many there are, the rows of a dataset counted as one.
        datasets: the composed datasets among them, with counts.
        uses: the rest, the nearest first.
    """

    dataset: str
    field: str | None
    columns: tuple[Reached, ...]
    total: int
    datasets: tuple[ReachedDataset, ...]
    uses: tuple[Use, ...]


def affected_by(
    connection: Connection,
    dataset: str,
    field: str | None,
    on: date,
    *,
    depth: int | None = None,
    limit: int | None = None,
    after: int = 0,
) -> Affected:
    """Everything that reads a column, directly or through what is composed from it.

    Args:
        connection: to read with.
        dataset: ``schema.table`` of an entry.
        field: one of its fields; None for all of them and its rows.
        on: day; grants and forms that ended before it are left out, those that begin later are not.
        depth: most generations of composed datasets; None for all.
        limit: most columns named; None for all.
        after: how many of the nearest columns are passed over.
    """
    reached = walk(connection, dataset, field, depth=depth)
    names = reached.names | {dataset}
    found = (
        *_grants(connection, names, on),
        *_forms(connection, names, on),
        *_subscriptions(connection, names),
        *_contracts(connection, names),
        *_authorities(connection, names),
        *_libraries(connection, names),
        *_links(connection, names),
    )
    met = _Met(connection, reached, (dataset, field), {use.dataset for use in found})
    uses = dict.fromkeys(use for each in found for use in met.uses(each))
    return Affected(
        dataset,
        field,
        reached.page(connection, limit, after),
        reached.total,
        reached.datasets,
        tuple(sorted(uses, key=lambda u: (u.hops, u.kind, u.id, u.column))),
    )


@dataclass(frozen=True, slots=True)
class _Reads:
    """What a user reads of one dataset.

    Attributes:
        kind, id, who, detail: see :class:`Use`.
        dataset: of what it reads.
        fields: field → through what of the user it is read; ``*`` where any column of it counts.
    """

    kind: str
    id: str
    who: str
    detail: str
    dataset: str
    fields: Mapping[str, str]


class _Met:
    """Which columns that users read change, and over how many edges."""

    def __init__(
        self,
        connection: Connection,
        reached: Reach,
        start: tuple[str, str | None],
        datasets: Collection[str],
    ) -> None:
        self._whole = reached.wholes()
        self._parts = reached.fields(connection, datasets)
        dataset, name = start
        if name is None:
            self._whole[dataset] = 0
        else:
            self._parts[dataset] = {name: 0}

    def uses(self, read: _Reads) -> Iterator[Use]:
        """Every column a user reads that changes."""
        parts, whole = self._parts.get(read.dataset, {}), self._whole.get(read.dataset)
        for name, through in read.fields.items():
            if name == EVERY:
                hops: int | None = min([*parts.values(), *(() if whole is None else (whole,))])
            else:
                hops = parts.get(name, whole)
            if hops is not None:
                yield Use(read.kind, read.id, read.who, f"{read.dataset}.{name}", through, read.detail, hops)


def _grants(connection: Connection, names: Set[str], on: date) -> Iterator[_Reads]:
    for row in connection.execute(_GRANTS, {"on": on}):
        if names.isdisjoint(_GRANTED.findall(row.agreement)):
            continue
        begins = f", from {row.valid_from}" if row.valid_from > on else ""
        said = "grant", row.id, row.who, f"{row.purpose}, until {row.valid_to}{begins}"
        terms = terms_of(row.agreement)
        for term in terms.datasets:
            yield _Reads(*said, term.name, dict.fromkeys(term.columns, "column"))
            if term.row_filter:
                yield _Reads(*said, term.name, dict.fromkeys(columns_of(term.row_filter), "row filter"))
        for join in terms.joins:
            yield _Reads(*said, join.left_dataset, {join.left_field: "join"})
            yield _Reads(*said, join.right_dataset, {join.right_field: "join"})


def _forms(connection: Connection, names: Set[str], on: date) -> Iterator[_Reads]:
    for row in connection.execute(_FORMS, {"on": on}):
        for item in row.items:
            if (dataset := item.get("dataset")) not in names:
                continue
            said = "form", row.code, row.issuer, f"{row.title}: {item['title']}", dataset
            for through, name in (("item", item.get("field")), ("key", item.get("key"))):
                if name:
                    yield _Reads(*said, {name: through})


def _subscriptions(connection: Connection, names: Set[str]) -> Iterator[_Reads]:
    met = [row for row in connection.execute(_SUBSCRIPTIONS) if row.dataset in names]
    entries = revisions.called(connection, {row.dataset for row in met}) if met else {}
    for row in met:
        contract = entries[row.dataset].contract
        used = dict.fromkeys(contract.key, "key")
        if contract.area is not None:
            used[contract.area.field] = "area"
        used |= dict.fromkeys(row.fields, "field")
        yield _Reads("subscription", row.id, row.who, f"area {row.area}", row.dataset, used)


def _contracts(connection: Connection, names: Set[str]) -> Iterator[_Reads]:
    """Rules and joins of other contracts that read a dataset."""
    for contract in mentioning(connection, names):
        who = contract.department.name
        for rule in contract.rules:
            other = str(rule.args.get("dataset")) if rule.kind in ELSEWHERE else ""
            if other in names and other != contract.name:
                kind = rule.kind.value
                compared = dict.fromkeys(_compared(rule.args), kind)
                yield _Reads("rule", contract.name, who, rule.id, other, compared)
        for join in contract.joins:
            if join.dataset in names and join.dataset != contract.name:
                read = {join.other: "declared join"}
                yield _Reads("join", contract.name, who, join.field, join.dataset, read)


def _compared(args: Mapping[str, Any]) -> list[str]:
    """The fields of the other dataset that a reference or agreement rule reads."""
    named = [*args.get("fields", ()), *dict(args.get("on", {})).values(), args.get("value")]
    return [name for name in named if name]


def _authorities(connection: Connection, names: Set[str]) -> Iterator[_Reads]:
    for row in connection.execute(_AUTHORITIES):
        if row.dataset in names:
            detail = f"{row.element} of {row.subject}"
            yield _Reads("authority", row.element, row.department, detail, row.dataset, {row.field: "item"})


def _libraries(connection: Connection, names: Set[str]) -> Iterator[_Reads]:
    for row in connection.execute(_LIBRARIES):
        if row.dataset in names:
            yield _Reads("library", row.name, row.owner, row.title, row.dataset, {EVERY: "member"})


def _links(connection: Connection, names: Set[str]) -> Iterator[_Reads]:
    for row in connection.execute(_LINKS):
        if row.dataset in names:
            yield _Reads("link", row.id, row.tied_by, row.target, row.dataset, {EVERY: row.kind})


def as_document(found: Affected, limit: int, offset: int = 0) -> dict[str, Any]:
    """For ``--json``: counts whole, the page of columns found, and as many users."""
    kinds = ("grant", "form", "subscription", "rule", "join", "authority", "library", "link")
    end = offset + limit
    return {
        "dataset": found.dataset,
        "field": found.field,
        "breaks": bool(found.total or found.uses),
        "columns_total": found.total,
        "uses_total": len(found.uses),
        "next_offset": end if limit and end < max(found.total, len(found.uses)) else None,
        "datasets": [each._asdict() for each in found.datasets],
        "columns": [asdict(each) for each in found.columns],
        "counts": {kind: len({use.id for use in found.uses if use.kind == kind}) for kind in kinds},
        "uses": [asdict(use) for use in found.uses[offset:end]],
    }
