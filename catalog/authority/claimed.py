"""Claims to be the source of an item 数源主张 as they are kept: which there are, and where each stands.

Decides nothing; what may be claimed and who decides is :mod:`catalog.authority.claims`'s.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from catalog.authority.items import Item
from catalog.cataloging.standing import of_told
from catalog.store.tables.authority import authority_case_claims, authority_cases, authority_claims

# A claim is a side of a conflict while it answers for the item, or says that it does.
SIDES: Final = ("authoritative", "contested")


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a field stands towards an item; mirrors its row.

    Attributes:
        state: of ``procedures/authority.csv``.
        basis: what the claimant states.
    """

    id: str
    element: str
    subject: str
    dataset: str
    field: str
    department: str
    department_code: str
    state: str
    basis: str
    made_by: str
    made_at: datetime
    changed_at: datetime

    @property
    def item(self) -> Item:
        """What it claims."""
        return Item(
            self.element, self.subject, self.dataset, self.field, self.department, self.department_code
        )

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        days = {"made_at": self.made_at.isoformat(), "changed_at": self.changed_at.isoformat()}
        return asdict(self) | days


def claims(
    connection: Connection, dataset: str | None = None, element: str | None = None
) -> tuple[Claim, ...]:
    """Every claim, or those of one dataset or to one element, by element, subject and place."""
    c = authority_claims.c
    query = select(authority_claims).order_by(c.element, c.subject, c.dataset, c.field)
    if dataset is not None:
        query = query.where(c.dataset == dataset)
    if element is not None:
        query = query.where(c.element == element)
    return tuple(read_claim(row) for row in connection.execute(query))


def sides(connection: Connection, cases: Collection[str], codes: Collection[str] | None) -> tuple[Claim, ...]:
    """The claims some conflicts are between, of entries that are told of, by item and place.

    Args:
        connection: to read with.
        cases: ids of the conflicts.
        codes: of the departments whose entries are told of in any state; of all where None.
    """
    c, of = authority_claims.c, authority_cases.c
    query = (
        select(authority_claims)
        .join(authority_cases, (of.element == c.element) & (of.subject == c.subject))
        .where(of.id.in_(cases), c.state.in_(SIDES), of_told(c.dataset, codes=codes))
        .order_by(c.element, c.subject, c.dataset, c.field)
    )
    return tuple(read_claim(row) for row in connection.execute(query))


def claim_of(connection: Connection, item: Item) -> Claim:
    """The claim of a field to an item."""
    return read_claim(connection.execute(select(authority_claims).where(claims_it(item))).one())


def claims_of(connection: Connection, case_id: str) -> tuple[Claim, ...]:
    """The claims a dispute is about, the earliest first."""
    c = authority_case_claims.c
    query = select(authority_claims).join(authority_case_claims, c.claim_id == authority_claims.c.id)
    rows = connection.execute(query.where(c.case_id == case_id).order_by(authority_claims.c.made_at))
    return tuple(read_claim(row) for row in rows)


def claims_it(item: Item) -> Any:
    """The condition of the row of a claim."""
    c = authority_claims.c
    return (
        (c.element == item.element)
        & (c.subject == item.subject)
        & (c.dataset == item.dataset)
        & (c.field == item.field)
    )


def read_claim(row: Row[Any]) -> Claim:
    """A claim from its row."""
    return Claim(**row._mapping)
