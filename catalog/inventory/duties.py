"""责任清单: which department answers for which entry and for which standard data item.

Decides nothing: it follows from the published entries and from the sources of items that stand, each under
whoever answers for it today.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from catalog import revisions
from catalog.authority import naming
from catalog.organisations.following import Following


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


def duty_list(connection: Connection, on: date, *, department: str = "") -> tuple[Duty, ...]:
    """The list, entries before items.

    Args:
        connection: to read with.
        on: day whose sources and units count; entries are those in force now.
        department: only of this department (name or code).
    """
    lines = [*_entries(connection, on), *_elements(connection, on)]
    return tuple(
        line for line in lines if not department or department in (line.department, line.department_code)
    )


def _entries(connection: Connection, on: date) -> list[Duty]:
    made = []
    following = Following(connection, on)
    for revision in revisions.all_current(connection, states=[revisions.PUBLISHED]):
        contract = revision.contract
        party = contract.department
        duty = f"update {contract.update_cycle.value}"
        name, code = following.answers(party.name, party.code, revision.name)
        # The office is of the department the entry names; another one has offices of its own.
        office = party.office if code == party.code else ""
        made.append(Duty("entry", revision.name, contract.title, name, code, office, duty, ""))
    return made


def _elements(connection: Connection, on: date) -> list[Duty]:
    made = []
    following = Following(connection, on)
    for each in naming.sources(connection, on):
        name, code = following.answers(each.department, each.department_code, each.dataset)
        duty = f"provide the one authoritative value for {each.subject}"
        made.append(Duty("element", each.element, each.place, name, code, "", duty, each.basis))
    return made
