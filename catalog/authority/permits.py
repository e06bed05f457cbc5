"""Reading a copy 副本: refused where another field is authoritative, unless the authority has allowed it.

Decides whether a composed dataset may take a column over as it is: from the field that answers for its item,
or from a copy by a recorded decision of the data authority, which may have a last day. What is joined,
filtered or counted by a copy is no reading of it; forms are judged where they are admitted.

Source: 政务数据共享条例 Art 19; ``policies/rules/cataloguing.yaml``, rule ``copy_read``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog import evidence, revisions
from catalog.authority import naming
from catalog.authority.naming import Authority
from catalog.authority.reading import TAKEN_OVER, instead_of, permitted
from catalog.cataloging.standing import entry_of, of_told
from catalog.errors import CatalogError, UnknownDataset
from catalog.lineage.columns import Edge
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.authority import authority_permits as rows
from contracts.model import Contract
from policies.clocks import local_date
from policies.decision import Decision, Deny, Permit, Reason
from policies.rulebook import NATIONAL, rule

# Reason code of a composed dataset that reads a copy.
COPY: Final = "authority.copy"
CATALOGUE: Final = "catalogue"
BUILD: Final = "build"


class PermitError(CatalogError):
    """A permit that lacks something, or does not stand."""


@dataclass(frozen=True, slots=True)
class CopyPermit:
    """A decision of the authority; mirrors its row.

    Attributes:
        reader: ``schema.table.field`` that takes the value over.
        reads: ``schema.table.field`` it takes it from.
        until: last day; None where it has none.
    """

    id: str
    reader: str
    reads: str
    basis: str
    until: date | None
    made_by: str
    made_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    end_basis: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id, "reader": self.reader, "reads": self.reads, "basis": self.basis,
            "until": None if self.until is None else self.until.isoformat(), "made_by": self.made_by,
            "made_at": self.made_at.isoformat(),
            "ended_at": None if self.ended_at is None else self.ended_at.isoformat(),
        }  # fmt: skip


def permit(
    connection: Connection, reader: str, reads: str, *, basis: str, by: str, now: datetime,
    until: date | None = None,
) -> CopyPermit:  # fmt: skip
    """Allow a field of a composed dataset to be read from a copy.

    Args:
        connection: a writing transaction.
        reader: ``schema.table.field`` of the composed dataset, which need not be in the ledger yet.
        reads: ``schema.table.field`` of the copy.
        basis: decision it rests on.
        by: of the data authority.
        now: aware instant.
        until: last day.

    Raises:
        PermitError: no basis, no field, or a day that is over; or it is allowed already.
        UnknownDataset: there is no such copy.
    """
    if not basis.strip():
        raise PermitError("a copy is read by a decision of the data authority — give a `basis`")
    if until is not None and until < local_date(now):
        raise PermitError(f"a permit until {until} would be over already — give a later day")
    dataset, _, field = reads.rpartition(".")
    contract = revisions.current(connection, dataset).contract
    if field not in {each.name for each in contract.fields} or reader.count(".") != 2:
        raise PermitError("name the fields as DATASET.FIELD, both the reader's and the copy's")
    if (reader, reads) in permitted(connection, local_date(now)):
        raise PermitError(f"{reader} may read {reads} already — see `ybz authority permits`")
    made = CopyPermit(new_id("cpy"), reader, reads, basis.strip(), until, by, now, None, None, None)
    connection.execute(insert(rows).values(**{c.name: getattr(made, c.name) for c in rows.columns}))
    _record(connection, "permit", made, basis.strip(), by, now)
    return made


def end(connection: Connection, permit_id: str, *, basis: str, by: str, now: datetime) -> CopyPermit:
    """End a permit: the next revision and the next release read the authoritative field.

    Raises:
        PermitError: there is none that stands, or no basis is given.
    """
    if not basis.strip():
        raise PermitError(f"{permit_id}: the end of a permit states what it rests on — give a `basis`")
    values = {"ended_at": now, "ended_by": by, "end_basis": basis.strip()}
    done = connection.execute(
        update(rows).where(rows.c.id == permit_id, rows.c.ended_at.is_(None)).values(**values)
    )
    if done.rowcount != 1:
        raise PermitError(f"no permit {permit_id} stands — see `ybz authority permits`")
    made = _permit(connection.execute(select(rows).where(rows.c.id == permit_id)).one())
    _record(connection, "end", made, basis.strip(), by, now)
    return made


def permits(
    connection: Connection, codes: Collection[str] | None = None, part: Part | None = None
) -> tuple[CopyPermit, ...]:
    """Every permit between entries that are told of, the oldest first.

    Args:
        connection: to read with.
        codes: of the departments whose entries are told of in any state; of all where None.
        part: of them, by when they were made, and id.
    """
    told = of_told(entry_of(rows.c.reader), entry_of(rows.c.reads), codes=codes)
    query = parted(select(rows).where(told), part, rows.c.made_at, rows.c.id)
    return tuple(map(_permit, connection.execute(query)))


def may_read(
    connection: Connection, name: str, edges: Iterable[Edge], on: date, *, step: str, place: str = NATIONAL
) -> Decision:
    """Whether a composed dataset reads every item from the field that answers for it.

    Args:
        connection: to read with.
        name: of the composed dataset.
        edges: its column lineage.
        on: day whose rules, sources and permits count.
        step: ``catalogue`` or ``build``.
        place: whose rule goes before the national one.
    """
    if rule("cataloguing", "copy_read", on, place).value[step] != "stop":
        return Permit()
    taken = [edge for edge in edges if edge.subtype == TAKEN_OVER]
    if not taken or not naming.sources(connection):
        return Permit()
    allowed = permitted(connection, on)
    contracts: dict[str, Contract | None] = {}
    found: dict[str, Reason] = {}
    for edge in taken:
        reader, reads = f"{name}.{edge.target_field}", f"{edge.source_dataset}.{edge.source_field}"
        if (reader, reads) in allowed or reader in found:
            continue
        if edge.source_dataset not in contracts:
            contracts[edge.source_dataset] = _contract(connection, edge.source_dataset)
        contract = contracts[edge.source_dataset]
        source = None if contract is None else instead_of(connection, contract, edge.source_field)
        # What the source itself is made from is no copy of it.
        if source is not None and source.dataset != name:
            found[reader] = _reason(edge, reads, source)
    return Deny(tuple(found[reader] for reader in sorted(found))) if found else Permit()


def _contract(connection: Connection, dataset: str) -> Contract | None:
    """Of an input that is entered together with its reader there is none yet, and nobody answers by it."""
    try:
        return revisions.current(connection, dataset).contract
    except UnknownDataset:
        return None


def _reason(edge: Edge, reads: str, source: Authority) -> Reason:
    return Reason(
        COPY,
        f"{edge.target_field} reads the copy {reads}",
        where=edge.target_field,
        allowed=f"read {source.place} of {source.department}, or have the data authority allow it"
        " (`ybz authority permit`)",
    )


def _record(connection: Connection, act: str, made: CopyPermit, basis: str, by: str, now: datetime) -> None:
    until = None if made.until is None else made.until.isoformat()
    body = {
        "permit": made.id, "reader": made.reader, "reads": made.reads, "basis": basis, "until": until,
        "actor": by,
    }  # fmt: skip
    evidence.record(
        connection, event=f"catalog:authority:copy_{act}", subject=made.reader, body=body, now=now
    )


def _permit(row: Row[Any]) -> CopyPermit:
    return CopyPermit(**row._mapping)
