"""What breaks if a column changes: everything that reads it, directly or through composed datasets.

Decides who reads a column: composed datasets and their columns, grants, forms, subscriptions, rules and
joins of other contracts, authoritative items, libraries, links. What a given new contract would do to
each of them is :mod:`catalog.lineage.impact`'s; here nobody has written one yet. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from catalog.lineage.graph import EVERY
from catalog.lineage.reach import walk
from catalog.lineage.reached import Reach, Reached, ReachedDataset
from catalog.lineage.readers import Reads, readers_of


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
    found = tuple(readers_of(connection, names, on))
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

    def uses(self, read: Reads) -> Iterator[Use]:
        """Every column a user reads that changes."""
        parts, whole = self._parts.get(read.dataset, {}), self._whole.get(read.dataset)
        for name, through in read.fields.items():
            if name == EVERY:
                hops: int | None = min([*parts.values(), *(() if whole is None else (whole,))])
            else:
                hops = parts.get(name, whole)
            if hops is not None:
                yield Use(read.kind, read.id, read.who, f"{read.dataset}.{name}", through, read.detail, hops)


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
