"""A demand of the list as it stands, read from the store; what is done to it is in :mod:`.demands`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from catalog.errors import CatalogError
from catalog.store.parts import Part, parted
from catalog.store.tables.inventory import demands
from policies.machine import Machine, machine

ENDED: Final = ("catalogued", "refused", "withdrawn")


class NoSuchDemand(CatalogError):
    """There is no demand of that identifier."""

    def __init__(self, demand_id: str) -> None:
        super().__init__(f"no demand {demand_id} — see `ybz lists demand list`")


@dataclass(frozen=True, slots=True)
class Party:
    """A department by name and code."""

    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand; mirrors its row in the store.

    Attributes:
        state: see the procedure.
        demander, demander_code: who needs it.
        what: the data needed.
        task: what for.
        basis: the law or duty the task rests on.
        holder, holder_code: who is thought to hold it; once confirmed, who catalogues it.
        place: whose deadline rule was looked for.
        timed: whether that place has one.
        dataset: the entry that answers it.
        answer: of a refusal, return or withdrawal.
    """

    id: str
    state: str
    demander: str
    demander_code: str
    what: str
    task: str
    basis: str
    holder: str
    holder_code: str
    place: str
    timed: bool
    dataset: str | None
    answer: str | None
    added_by: str
    added_at: datetime
    changed_at: datetime
    evidence_id: str

    @property
    def subject(self) -> str:
        """Of its clock."""
        return f"demand:{self.id}"

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        times = {"added_at": self.added_at.isoformat(), "changed_at": self.changed_at.isoformat()}
        return asdict(self) | times


def procedure() -> Machine:
    """The procedure of a demand."""
    return machine("demand")


def find(connection: Connection, demand_id: str) -> Demand:
    """The demand of an identifier.

    Raises:
        NoSuchDemand: there is none.
    """
    row = connection.execute(select(demands).where(demands.c.id == demand_id)).one_or_none()
    if row is None:
        raise NoSuchDemand(demand_id)
    return Demand(**row._mapping)


def listing(
    connection: Connection, *, open_only: bool = False, part: Part | None = None
) -> tuple[Demand, ...]:
    """Every demand, the first entered first; a part of them by id."""
    d, query = demands.c, select(demands)
    if open_only:
        query = query.where(d.state.not_in(ENDED))
    ordered = query.order_by(d.added_at, d.id) if part is None else parted(query, part, d.id)
    return tuple(Demand(**row._mapping) for row in connection.execute(ordered))
