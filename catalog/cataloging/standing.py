"""Where an entry stands: the state of what is in force, and of the revision on its way.

Decides which of the two an act is about, and what an act writes into the entry's row. A published entry
stays published while its successor is compiled, checked, returned or refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true

from catalog.errors import UnknownDataset
from catalog.revisions import PUBLISHED
from catalog.store.parts import Part, parted
from catalog.store.tables.ledger import entries, revisions
from policies.machine import machine

WITHDRAWN: Final = "withdrawn"
# States from which only a deliberate new submission leads on.
RESTING: Final = ("returned", "refused", "retracted", WITHDRAWN)
_IN_FORCE: Final = (PUBLISHED, WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an entry stands.

    Attributes:
        entry_id, name, code, title, department, department_code: of the entry.
        state: of what is in force; of the only revision where none was ever published.
        newest: number of the newest revision.
        newest_digest: of its contract.
        published: number of the revision in force, or None.
        pending: state of a newer revision than the published one, or None.
        published_before: whether it was ever published.
        path: the contract file of what is in force, or None.
        newest_path: the contract file of the newest revision, where it has one of its own.
    """

    entry_id: str
    name: str
    code: str
    title: str
    department: str
    department_code: str
    state: str
    newest: int
    newest_digest: str
    published: int | None
    pending: str | None
    published_before: bool
    path: str | None
    newest_path: str | None

    @property
    def way(self) -> str:
        """State of the revision on its way; of what is in force where nothing is on its way."""
        return self.pending or self.state

    def moved(self, to: str) -> dict[str, Any]:
        """What the entry's row says after the revision on its way has moved."""
        if self.published is None:
            return {"state": to}
        return {"pending_state": to}


def standing(connection: Connection, name: str) -> Standing:
    """Where the entry called ``name`` (or with that code) stands.

    Raises:
        UnknownDataset: the ledger has no such entry.
    """
    row = connection.execute(
        _query().where((entries.c.name == name) | (entries.c.code == name))
    ).one_or_none()
    if row is None:
        raise UnknownDataset(name)
    return _standing(row)


def standings(connection: Connection, names: Iterable[str]) -> dict[str, Standing]:
    """Where each of the named entries stands; those the ledger does not have are left out."""
    wanted = sorted(set(names))
    found: dict[str, Standing] = {}
    for at in range(0, len(wanted), 500):
        for row in connection.execute(_query().where(entries.c.name.in_(wanted[at : at + 500]))):
            found[row.name] = _standing(row)
    return found


def all_standings(
    connection: Connection,
    states: Sequence[str] = (),
    *,
    departments: Collection[str] | None = None,
    owner: str = "",
    way: Sequence[str] = (),
    part: Part | None = None,
) -> tuple[Standing, ...]:
    """Where every entry stands, by name.

    Args:
        connection: to read with.
        states: only those that are, or are on the way, in one.
        departments: only of these departments, by their codes.
        owner: only of this department, by its name.
        way: only those whose revision on its way, or in force where none is, stands in one of these states.
        part: which of them.
    """
    e, query = entries.c, _query()
    if states:
        query = query.where(or_(e.state.in_(states), e.pending_state.in_(states)))
    if way:
        query = query.where(or_(e.pending_state.in_(way), e.pending_state.is_(None) & e.state.in_(way)))
    if departments is not None:
        query = query.where(e.department_code.in_(departments))
    if owner:
        query = query.where(e.department == owner)
    return tuple(_standing(row) for row in connection.execute(parted(query, part, e.name)))


def department_codes(connection: Connection) -> frozenset[str]:
    """Codes of the departments that have an entry."""
    return frozenset(connection.execute(select(entries.c.department_code).distinct()).scalars())


def of_departments(name: ColumnElement[str], codes: Collection[str] | None) -> ColumnElement[bool]:
    """Whether a name is one of an entry there is, of some departments.

    Args:
        name: column that holds it.
        codes: of the departments; of any where None.
    """
    known = select(entries.c.name)
    return name.in_(known if codes is None else known.where(entries.c.department_code.in_(codes)))


def told_to(codes: Collection[str] | None) -> ColumnElement[bool]:
    """Whether an entry is told of: to everybody once it is published, before to some departments.

    Args:
        codes: of the departments whose entries are told in any state; of all where None.
    """
    e = entries.c
    return true() if codes is None else or_(e.state == PUBLISHED, e.department_code.in_(codes))


def of_told(*names: ColumnElement[str], codes: Collection[str] | None) -> ColumnElement[bool]:
    """Whether none of some names is one of an entry that is not told of.

    Args:
        names: ``schema.table`` each; one there is no entry of hides nothing.
        codes: see :func:`told_to`.
    """
    if codes is None:
        return true()
    hidden = select(entries.c.name).where(~told_to(codes))
    return and_(*(name.not_in(hidden) for name in names))


def entry_of(place: ColumnElement[str]) -> ColumnElement[str]:
    """``schema.table`` of a column that holds ``schema.table.field``."""
    # What follows the last dot is stripped: no dot is in the set of what may go.
    return func.rtrim(func.rtrim(place, func.replace(place, ".", "")), ".")


def untold(connection: Connection, names: Collection[str], codes: Collection[str] | None) -> frozenset[str]:
    """Of some names those of entries that are not told of; see :func:`told_to`."""
    wanted, found = sorted(names) if codes is not None else [], set[str]()
    for at in range(0, len(wanted), 500):
        query = select(entries.c.name).where(entries.c.name.in_(wanted[at : at + 500]), ~told_to(codes))
        found |= set(connection.execute(query).scalars())
    return frozenset(found)


def known_states() -> tuple[str, ...]:
    """Every state of the procedure but its start."""
    procedure = machine("cataloguing")
    return tuple(state for state in procedure.states if state != procedure.start)


def _query() -> Any:
    return select(
        entries, revisions.c.digest, revisions.c.path.label("newest_path")
    ).join(
        revisions,
        (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.current_revision),
    )  # fmt: skip


def _standing(row: Row[Any]) -> Standing:
    published = row.published_revision
    if published is None and row.state in _IN_FORCE:
        # A store of an earlier version: its published entries had no revision beside the newest.
        published = row.current_revision
    return Standing(
        row.id, row.name, row.code, row.title, row.department, row.department_code, row.state,
        row.current_revision, row.digest, published, row.pending_state, row.published_at is not None,
        row.path, row.newest_path,
    )  # fmt: skip
