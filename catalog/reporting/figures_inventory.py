"""Figures of the inventory: surveyed, compiled, published, linked, collected.

Decides how each is counted; what it means is ``policies/rules/figures.yaml``'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from catalog.inventory.accounting import OPEN
from catalog.linking.live import rate
from catalog.reporting.scope import Counted, Scope, never_known, of_rows, share, unknown

_NO_TABLES: Final = "no table is in the inventory: `ybz inventory import` or `ybz inventory scan`"


def _departments(scope: Scope) -> Counted:
    systems = Counter[str]()
    for department, _ in _known_systems(scope):
        systems[department] += 1
    return of_rows([{"department": name, "systems": n} for name, n in sorted(systems.items())])


def _systems(scope: Scope) -> Counted:
    tables = Counter(table.system for table in scope.tables)
    return of_rows(
        [
            {"system": system, "department": department, "tables": tables[system]}
            for department, system in _known_systems(scope)
        ]
    )


def _known_systems(scope: Scope) -> list[tuple[str, str]]:
    from sqlalchemy import select

    from catalog.store.tables.inventory import inventory_systems

    s = inventory_systems.c
    query = select(s.department, s.name).where(s.first_seen_at < scope.cutoff).order_by(s.department, s.name)
    return [(row.department, row.name) for row in scope.connection.execute(query)]


def _tables(scope: Scope) -> Counted:
    return of_rows([{"table": t.label, "department": t.department, "state": t.state} for t in scope.tables])


def _accounted(scope: Scope) -> Counted:
    rows = [
        {"table": t.label, "department": t.department, "state": t.state, "reason": t.reason}
        for t in scope.tables
    ]
    done = sum(t.state != OPEN for t in scope.tables)
    return share(done, len(rows), rows, _NO_TABLES)


def _compiled(scope: Scope) -> Counted:
    return of_rows([_entry(e) | {"state": e.state} for e in scope.entries.values()])


def _published(scope: Scope) -> Counted:
    return of_rows([_entry(e) for e in scope.published.values()])


def _shared_as(kind: str, scope: Scope) -> Counted:
    return of_rows([_entry(e) for e in scope.published.values() if e.sharing == kind])


def _entry(entry: Any) -> dict[str, Any]:
    return {"dataset": entry.name, "code": entry.code, "title": entry.title, "department": entry.department}


def _link_rate(scope: Scope) -> Counted:
    found = rate(scope.connection, scope.on)
    rows = [
        _entry(entry) | {"live": name not in found.not_live, "why": found.not_live.get(name, "")}
        for name, entry in scope.published.items()
    ]
    live = sum(row["live"] for row in rows)
    if rows and not found.tested:  # nothing is known to be dead, either
        return Counted(None, tuple(rows), "no link was tested", part=0, whole=len(rows))
    return share(live, len(rows), rows, "nothing is published")


def _items(scope: Scope) -> Counted:
    rows = [_entry(e) | {"items": e.fields} for e in scope.published.values()]
    return Counted(sum(e.fields for e in scope.published.values()), tuple(rows))


def _records(scope: Scope) -> Counted:
    rows: list[dict[str, Any]] = []
    total = 0
    for view in scope.views:
        if view.rows is not None:
            total += view.rows.value or 0
            rows.append({"dataset": view.revision.name, "rows": view.rows.text})
    return Counted(total, tuple(rows)) if rows else unknown("no dataset has a release")


COUNTS: Final[Mapping[str, Callable[[Scope], Counted]]] = {
    "departments_surveyed": _departments,
    "systems_surveyed": _systems,
    "tables_listed": _tables,
    "tables_accounted": _accounted,
    "entries_compiled": _compiled,
    "entries_published": _published,
    "entries_unconditional": partial(_shared_as, "unconditional"),
    "entries_conditional": partial(_shared_as, "conditional"),
    "entries_withheld": partial(_shared_as, "withheld"),
    "link_rate": _link_rate,
    "items": _items,
    "records": _records,
    "volume_tb": never_known("the ledger keeps counts of rows, not sizes of what is stored"),
}
