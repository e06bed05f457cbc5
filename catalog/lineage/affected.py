"""What breaks if a column changes: everything that reads it, directly or through composed datasets.

Decides who reads a column: composed datasets and their columns, grants, forms, subscriptions, rules and
joins of other contracts, authoritative items, libraries, links. What a given new contract would do to
each of them is :mod:`catalog.lineage.impact`'s; here nobody has written one yet. Nothing is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from catalog import revisions
from catalog.lineage.filters import columns_of
from catalog.lineage.graph import EVERY, Reached, ReachedDataset, reach
from catalog.store.tables.authority import authority_terms
from catalog.store.tables.backflow import subscriptions
from catalog.store.tables.forms import forms
from catalog.store.tables.grants import grants
from catalog.store.tables.identity import organisations
from catalog.store.tables.ledger import entries
from catalog.store.tables.ledger import revisions as revision_rows
from catalog.store.tables.libraries import libraries, library_members
from catalog.store.tables.linking import links
from contracts.model import Contract, RuleKind
from policies import odrl

# Of more datasets every contract in force is looked through instead of asking for each by name.
_ASKED: Final = 40
_NAME: Final = re.compile(r'"([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)"')
_GRANTED: Final = re.compile(re.escape(odrl.DATASET) + r"([a-z0-9_.]+)\"")
_ELSEWHERE: Final = (RuleKind.REFERENCE, RuleKind.AGREEMENT)

# Dataset → its fields that change, `*` where the rows do.
Columns = Mapping[str, frozenset[str]]


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
        columns: computed from it, the nearest first.
        uses: the rest, the nearest first.
    """

    dataset: str
    field: str | None
    columns: tuple[Reached, ...]
    uses: tuple[Use, ...]

    @property
    def datasets(self) -> tuple[ReachedDataset, ...]:
        """The composed datasets among them, with counts."""
        made: dict[str, list[Reached]] = {}
        for each in self.columns:
            made.setdefault(each.dataset, []).append(each)
        return tuple(
            ReachedDataset(
                name, all_[0].hops, sum(c.field != EVERY for c in all_), any(c.field == EVERY for c in all_)
            )
            for name, all_ in made.items()
        )


def affected_by(
    connection: Connection, dataset: str, field: str | None, on: date, *, depth: int | None = None
) -> Affected:
    """Everything that reads a column, directly or through what is composed from it.

    Args:
        connection: to read with.
        dataset: ``schema.table`` of an entry.
        field: one of its fields; None for all of them and its rows.
        on: day; grants and forms that ended before it are left out, those that begin later are not.
        depth: most generations of composed datasets; None for all.
    """
    columns = reach(connection, dataset, field, depth=depth)
    hops = {(each.dataset, each.field): each.hops for each in columns}
    contract = revisions.current(connection, dataset).contract
    starts = [field] if field is not None else [*(item.name for item in contract.fields), EVERY]
    hops |= {(dataset, name): 0 for name in starts}
    grouped: dict[str, set[str]] = {}
    for name, item in hops:
        grouped.setdefault(name, set()).add(item)
    read = {name: frozenset(items) for name, items in grouped.items()}
    found = (
        *_grants(connection, read, on),
        *_forms(connection, read, on),
        *_subscriptions(connection, read),
        *_contracts(connection, read),
        *_authorities(connection, read),
        *_libraries(connection, read),
        *_links(connection, read),
    )
    nearest: dict[str, int] = {}
    for (name, _), far in hops.items():
        nearest[name] = min(far, nearest.get(name, far))
    uses = [Use(*each, hops=_hops(each[3], hops, nearest)) for each in dict.fromkeys(found)]
    return Affected(
        dataset, field, columns, tuple(sorted(uses, key=lambda u: (u.hops, u.kind, u.id, u.column)))
    )


# Kind, id, who, column, through, detail.
_Found = tuple[str, str, str, str, str, str]


def _hops(column: str, hops: Mapping[tuple[str, str], int], nearest: Mapping[str, int]) -> int:
    dataset, _, name = column.rpartition(".")
    return hops.get((dataset, name), nearest[dataset])


def _met(read: Columns, dataset: str, names: Collection[str]) -> list[str]:
    """Those of the columns a user reads that change; all of them where the rows do."""
    changed = read.get(dataset, frozenset())
    met = sorted(changed & set(names))
    return met or ([EVERY] if EVERY in changed else [])


def _grants(connection: Connection, read: Columns, on: date) -> Iterator[_Found]:
    rows = connection.execute(
        select(grants, organisations.c.name.label("who"))
        .join(organisations, organisations.c.code == grants.c.grantee)
        .where(grants.c.state == "in_force", grants.c.valid_to >= on)
        .order_by(grants.c.id)
    )
    for row in rows:
        if read.keys().isdisjoint(_GRANTED.findall(row.agreement)):
            continue
        terms = odrl.read(json.loads(row.agreement)).terms
        begins = f", from {row.valid_from}" if row.valid_from > on else ""
        detail = f"{row.purpose}, until {row.valid_to}{begins}"
        for term in terms.datasets:
            for name in _met(read, term.name, term.columns):
                yield "grant", row.id, row.who, f"{term.name}.{name}", "column", detail
            for name in _met(read, term.name, columns_of(term.row_filter)) if term.row_filter else ():
                if name != EVERY:
                    yield "grant", row.id, row.who, f"{term.name}.{name}", "row filter", detail
        for join in terms.joins:
            for dataset, name in (
                (join.left_dataset, join.left_field),
                (join.right_dataset, join.right_field),
            ):
                if name in read.get(dataset, ()):
                    yield "grant", row.id, row.who, f"{dataset}.{name}", "join", detail


def _forms(connection: Connection, read: Columns, on: date) -> Iterator[_Found]:
    for row in connection.execute(select(forms).where(forms.c.valid_to >= on).order_by(forms.c.code)):
        for item in row.items:
            for through, name in (("item", item.get("field")), ("key", item.get("key"))):
                for met in _met(read, item.get("dataset") or "", [name]) if name else ():
                    detail = f"{row.title}: {item['title']}"
                    yield "form", row.code, row.issuer, f"{item['dataset']}.{met}", through, detail


def _subscriptions(connection: Connection, read: Columns) -> Iterator[_Found]:
    rows = connection.execute(
        select(subscriptions, organisations.c.name.label("who"))
        .join(organisations, organisations.c.code == subscriptions.c.subscriber)
        .where(subscriptions.c.state == "active")
        .order_by(subscriptions.c.id)
    )
    for row in rows:
        if row.dataset not in read:
            continue
        contract = revisions.current(connection, row.dataset).contract
        used = dict.fromkeys(contract.key, "key")
        if contract.area is not None:
            used[contract.area.field] = "area"
        used |= dict.fromkeys(row.fields, "field")
        for name in _met(read, row.dataset, used):
            through = used.get(name, "rows")
            yield "subscription", row.id, row.who, f"{row.dataset}.{name}", through, f"area {row.area}"


def _contracts(connection: Connection, read: Columns) -> Iterator[_Found]:
    """Rules and joins of other contracts that read a changed column."""
    for contract in _naming(connection, tuple(read)):
        who = contract.department.name
        for rule in contract.rules:
            other = rule.args.get("dataset") if rule.kind in _ELSEWHERE else None
            if other is None or other == contract.name:
                continue
            for name in _met(read, other, _compared(rule.args)):
                yield "rule", contract.name, who, f"{other}.{name}", rule.kind.value, rule.id
        for join in contract.joins:
            if join.dataset != contract.name and join.other in read.get(join.dataset, ()):
                yield "join", contract.name, who, f"{join.dataset}.{join.other}", "declared join", join.field


def _compared(args: Mapping[str, Any]) -> list[str]:
    """The fields of the other dataset that a reference or agreement rule reads."""
    named = [*args.get("fields", ()), *dict(args.get("on", {})).values(), args.get("value")]
    return [name for name in named if name]


def _naming(connection: Connection, names: Sequence[str]) -> Iterator[Contract]:
    """Contracts in force that name one of the datasets; the others are not parsed."""
    number = revision_rows.c.number
    query = (
        select(entries.c.name, revision_rows.c.contract)
        .join(revision_rows, revision_rows.c.entry_id == entries.c.id)
        .where(or_(number == entries.c.published_revision, _unpublished()))
        .order_by(entries.c.name)
    )
    if len(names) <= _ASKED:
        text = revision_rows.c.contract
        query = query.where(or_(*(text.contains(f'"{name}"', autoescape=True) for name in names)))
    wanted = set(names)
    for row in connection.execute(query):
        if not wanted.isdisjoint(_NAME.findall(row.contract)):
            yield revisions.parsed(row.contract)


def _unpublished() -> Any:
    newest = revision_rows.c.number == entries.c.current_revision
    return entries.c.published_revision.is_(None) & newest


def _authorities(connection: Connection, read: Columns) -> Iterator[_Found]:
    rows = connection.execute(select(authority_terms).where(authority_terms.c.ended_on.is_(None)))
    for row in rows:
        if row.field in read.get(row.dataset, ()):
            column = f"{row.dataset}.{row.field}"
            yield "authority", row.element, row.department, column, "item", f"{row.element} of {row.subject}"


def _libraries(connection: Connection, read: Columns) -> Iterator[_Found]:
    rows = connection.execute(
        select(library_members.c.dataset, *libraries.c["name", "title", "owner"])
        .join(libraries, libraries.c.id == library_members.c.library_id)
        .where(library_members.c.left_at.is_(None), libraries.c.closed_at.is_(None))
        .order_by(libraries.c.name, library_members.c.dataset)
    )
    for row in rows:
        if row.dataset in read:
            yield "library", row.name, row.owner, f"{row.dataset}.{EVERY}", "member", row.title


def _links(connection: Connection, read: Columns) -> Iterator[_Found]:
    rows = connection.execute(select(links).where(links.c.removed_at.is_(None)).order_by(links.c.id))
    for row in rows:
        if row.dataset in read:
            yield "link", row.id, row.tied_by, f"{row.dataset}.{EVERY}", row.kind, row.target


def as_document(found: Affected, limit: int, offset: int = 0) -> dict[str, Any]:
    """For ``--json``: counts whole, columns and users one page of at most ``limit`` each."""
    kinds = ("grant", "form", "subscription", "rule", "join", "authority", "library", "link")
    end = offset + limit
    return {
        "dataset": found.dataset,
        "field": found.field,
        "breaks": bool(found.columns or found.uses),
        "columns_total": len(found.columns),
        "uses_total": len(found.uses),
        "next_offset": end if limit and end < max(len(found.columns), len(found.uses)) else None,
        "datasets": [asdict(each) for each in found.datasets],
        "columns": [asdict(each) for each in found.columns[offset:end]],
        "counts": {kind: len({use.id for use in found.uses if use.kind == kind}) for kind in kinds},
        "uses": [asdict(use) for use in found.uses[offset:end]],
    }
