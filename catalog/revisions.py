"""Immutable revisions of the ledger's entries: the current one, all of them, as of an instant.

Decides which contract speaks for a dataset: the published revision, where there is one, whatever is on
its way behind it; else the newest. Revisions are made by :mod:`catalog.cataloging` and never changed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, or_, select

from catalog.errors import UnknownDataset
from catalog.store.tables.cataloging import entry_acts
from catalog.store.tables.ledger import entries, revisions
from contracts.model import Contract
from contracts.odcs.files import from_document

PUBLISHED: Final = "published"
# The act that puts a revision in force.
PUBLISH: Final = "publish"
# The act that makes one.
COMPILE: Final = "compile"
# Entries asked for in one statement: databases bound the number of parameters.
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of an entry.

    Attributes:
        entry_id: of the entry.
        name: ``schema.table``.
        code: resource code 信息资源代码.
        number: 1, 2, … within the entry.
        text: canonical JSON of the contract.
        path: the contract file it came from, or None; data paths are relative to its folder.
        digest: SHA-256 of the contract.
        state: of the entry now, of the procedure ``cataloguing``: ``compiled``, ``published``, …; of a
            revision that is on its way, how far that is.
        made_at: when it was made.
        reason: why.
        made_by: by whom.
        published_at: when the entry was first published, or None.
    """

    entry_id: str
    name: str
    code: str
    number: int
    text: str
    path: Path | None
    digest: str
    state: str
    made_at: datetime
    reason: str
    made_by: str
    published_at: datetime | None

    @property
    def contract(self) -> Contract:
        """What the dataset promises in this revision; parsed when it is first asked for."""
        return parsed(self.text)


class Contracts(Mapping[str, Contract]):
    """Dataset name → contract of some revisions; a contract is parsed when it is asked for."""

    def __init__(self, made: Iterable[Revision]) -> None:
        self._revisions = {revision.name: revision for revision in made}

    def __getitem__(self, name: str) -> Contract:
        return self._revisions[name].contract

    def __contains__(self, name: object) -> bool:
        return name in self._revisions

    def __iter__(self) -> Iterator[str]:
        return iter(self._revisions)

    def __len__(self) -> int:
        return len(self._revisions)


def current(connection: Connection, name: str) -> Revision:
    """The revision in force of the dataset called ``name``.

    Raises:
        UnknownDataset: the ledger has no such entry.
    """
    row = connection.execute(_current().where(entries.c.name == name)).one_or_none()
    if row is None:
        raise UnknownDataset(name)
    return _revision(row)


def all_current(connection: Connection, *, states: Sequence[str] | None = None) -> tuple[Revision, ...]:
    """The revision in force of every entry, by name.

    Args:
        connection: to read with.
        states: only entries in one of these states; all where None.
    """
    query = _current().order_by(entries.c.name)
    if states is not None:
        query = query.where(entries.c.state.in_(states))
    return tuple(_revision(row) for row in connection.execute(query))


def pending(connection: Connection, name: str) -> Revision | None:
    """The revision on its way to replace the published one, or None; its state says how far it is.

    A revision that was returned, refused or retracted is still that: its successor replaces it.

    Raises:
        UnknownDataset: the ledger has no such entry.
    """
    query = _all().add_columns(entries.c.pending_state, revisions.c.path.label("own_path"))
    row = connection.execute(
        query.where(entries.c.name == name, revisions.c.number == entries.c.current_revision)
    ).one_or_none()
    if row is None:
        raise UnknownDataset(name)
    values = dict(row._mapping)
    state, path = values.pop("pending_state"), values.pop("own_path")
    if state is None:
        return None
    return _made(values | {"state": state, "path": path or values["path"]})


def history(connection: Connection, name: str) -> tuple[Revision, ...]:
    """Every revision of a dataset, the first one first.

    Raises:
        UnknownDataset: the ledger has no such entry.
    """
    rows = connection.execute(_all().where(entries.c.name == name).order_by(revisions.c.number)).all()
    if not rows:
        raise UnknownDataset(name)
    return tuple(_revision(row) for row in rows)


def number(connection: Connection, name: str, at: int) -> Revision:
    """The revision numbered ``at`` of a dataset.

    Raises:
        UnknownDataset: there is no such entry or revision.
    """
    row = connection.execute(_all().where(entries.c.name == name, revisions.c.number == at)).one_or_none()
    if row is None:
        raise UnknownDataset(f"{name} revision {at}")
    return _revision(row)


def called(connection: Connection, names: Collection[str]) -> dict[str, Revision]:
    """The revision in force of each of these datasets, by name; what the ledger lacks is left out."""
    wanted, found = sorted(names), dict[str, Revision]()
    for at in range(0, len(wanted), _AT_ONCE):
        query = _current().where(entries.c.name.in_(wanted[at : at + _AT_ONCE]))
        found |= {row.name: _revision(row) for row in connection.execute(query)}
    return found


def titles(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """What those of these datasets that are published are called, by name; no contract is read."""
    wanted, found = sorted(names), dict[str, str]()
    for at in range(0, len(wanted), _AT_ONCE):
        query = select(entries.c.name, entries.c.title).where(
            entries.c.name.in_(wanted[at : at + _AT_ONCE]), entries.c.state == PUBLISHED
        )
        found |= {row.name: row.title for row in connection.execute(query)}
    return found


def several(connection: Connection, entry_ids: Collection[str]) -> dict[tuple[str, int], Revision]:
    """The newest revision of many entries and the one in force, by id of the entry and number."""
    spoken = or_(in_force(), revisions.c.number == entries.c.current_revision)
    wanted, found = sorted(entry_ids), dict[tuple[str, int], Revision]()
    for at in range(0, len(wanted), _AT_ONCE):
        query = _all().where(entries.c.id.in_(wanted[at : at + _AT_ONCE]), spoken)
        made = (_revision(row) for row in connection.execute(query))
        found |= {(revision.entry_id, revision.number): revision for revision in made}
    return found


def as_of(connection: Connection, instant: datetime, name: str | None = None) -> tuple[Revision, ...]:
    """For every entry that existed at ``instant``, or the one called ``name``, the revision in force then."""
    known = [revisions.c.made_at <= instant]
    if name is not None:
        known.append(revisions.c.entry_id.in_(select(entries.c.id).where(entries.c.name == name)))
    made = (
        select(revisions.c.entry_id, func.max(revisions.c.number).label("number"))
        .where(*known)
        .group_by(revisions.c.entry_id)
        .subquery()
    )
    acted = (entry_acts.c.entry_id == revisions.c.entry_id, entry_acts.c.revision == revisions.c.number)
    put = exists().where(*acted, entry_acts.c.event == PUBLISH, entry_acts.c.made_at <= instant)
    # A store of an earlier version kept no acts: a revision was in force when it was made.
    compiled = exists().where(*acted, entry_acts.c.event == COMPILE)
    published = (
        select(revisions.c.entry_id, func.max(revisions.c.number).label("number"))
        .where(*known, or_(put, ~compiled))
        .group_by(revisions.c.entry_id)
        .subquery()
    )
    then = (
        select(made.c.entry_id, func.coalesce(published.c.number, made.c.number).label("number"))
        .outerjoin(published, published.c.entry_id == made.c.entry_id)
        .subquery()
    )
    query = _all().join(
        then, and_(then.c.entry_id == revisions.c.entry_id, then.c.number == revisions.c.number)
    )
    return tuple(_revision(row) for row in connection.execute(query.order_by(entries.c.name)))


def _all() -> Select[Any]:
    return select(
        entries.c.id.label("entry_id"),
        entries.c.name,
        entries.c.code,
        entries.c.state,
        entries.c.path,
        entries.c.published_at,
        revisions.c.number,
        revisions.c.contract.label("text"),
        revisions.c.digest,
        revisions.c.made_at,
        revisions.c.reason,
        revisions.c.made_by,
    ).join(revisions, revisions.c.entry_id == entries.c.id)


def in_force() -> ColumnElement[bool]:
    """The condition under which a row of ``revisions``, joined with its entry, is the one in force."""
    return revisions.c.number == func.coalesce(entries.c.published_revision, entries.c.current_revision)


def _current() -> Select[Any]:
    return _all().where(in_force())


def _revision(row: Row[Any]) -> Revision:
    return _made(dict(row._mapping))


def _made(values: dict[str, Any]) -> Revision:
    values["path"] = Path(values["path"]) if values["path"] else None
    return Revision(**values)


# A form of 5,000 entries reads each of them some times over, in their order: fewer would keep none of them.
@lru_cache(maxsize=8192)
def parsed(text: str) -> Contract:
    """The contract in its canonical JSON.

    Contracts are frozen, so that readers may share one value; a text is parsed once a process.
    """
    return from_document(json.loads(text))
