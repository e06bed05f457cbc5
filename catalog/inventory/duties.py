"""责任清单: which department answers for which entry and for which standard data item.

Decides nothing: it follows from the published entries and from the sources the authority has named.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select

from catalog import revisions
from catalog.store.tables.ledger import authorities


@dataclass(frozen=True, slots=True)
class Duty:
    """One line of the list.

    Attributes:
        kind: ``entry`` or ``element``.
        what: name of the entry, or code of the data item.
        title: of the entry; of an item, the entry and field where its value stands.
        department, department_code: who answers.
        office: the unit inside it, where the entry names one.
        duty: what is owed, e.g. the update cycle.
        basis: what a named source rests on; empty for entries.
    """

    kind: str
    what: str
    title: str
    department: str
    department_code: str
    office: str
    duty: str
    basis: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)


def duty_list(connection: Connection, *, department: str = "") -> tuple[Duty, ...]:
    """The list, entries before items.

    Args:
        connection: to read with.
        department: only of this department (name or code).
    """
    lines = [*_entries(connection), *_elements(connection)]
    return tuple(
        line for line in lines if not department or department in (line.department, line.department_code)
    )


def _entries(connection: Connection) -> list[Duty]:
    made = []
    for revision in revisions.all_current(connection, states=[revisions.PUBLISHED]):
        contract = revision.contract
        party = contract.department
        duty = f"update {contract.update_cycle.value}"
        made.append(
            Duty("entry", revision.name, contract.title, party.name, party.code, party.office, duty, "")
        )
    return made


def _elements(connection: Connection) -> list[Duty]:
    a = authorities.c
    rows = connection.execute(select(authorities).order_by(a.element, a.dataset, a.field))
    return [
        Duty(
            "element", row.element, f"{row.dataset}.{row.field}", row.department, row.department_code, "",
            "provide the one authoritative value", row.basis,
        )
        for row in rows
    ]  # fmt: skip
