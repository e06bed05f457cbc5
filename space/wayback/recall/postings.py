"""Postings: who was shown which fields of a row, in which release. Never a value.

Decides what is kept of a prefill, a submitted form, a 核验 answer and an un-masking, so that a correction
finds its receivers and an auditor who holds data about a person. Call it in the writing transaction that
records the showing, **before** anything is shown::

    evidence_id = record(connection, event="form:item:prefill", ...)
    post(
        connection,
        keys.load(home).pseudonym,
        kind="prefill",                  # or submission, verification, unmasking
        dataset="people.residents",
        row=found.reference,             # the row's reference, or its key {"resident_id": ...}
        item=("name", "phone"),          # one field or many of that row
        version=found_source.release.id,
        receiver=body.code,              # organisation that was shown the values
        evidence=evidence_id,
        now=now,
    )

Of many rows, build :class:`Posting` values and call :func:`post_all` once. Posting twice what was posted
changes nothing. A prefill of the same version to the same receiver is one posting, however often it is
shown; every other act leaves its own. Deliveries and supplies leave none:
:mod:`space.wayback.recall.delivered` computes their holders.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from catalog.keys import row_reference
from catalog.store.tables.recall import postings

Kind = Literal["prefill", "submission", "verification", "unmasking"]
KINDS: Final[frozenset[str]] = frozenset(get_args(Kind))

# What `row_reference` gives. Anything else might be a value.
_REFERENCE: Final = re.compile(r"^[0-9a-f]{32}$")
_FIELD: Final = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_INSERTS: Final[Mapping[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
# Bound parameters of one statement.
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Posting:
    """What one receiver was shown of one row.

    Attributes:
        kind: ``prefill``, ``submission``, ``verification`` or ``unmasking``.
        dataset: ``schema.table``.
        row: the row's reference, as :func:`catalog.keys.row_reference` makes it.
        items: the fields shown.
        version: id of the release the values stood in.
        receiver: code of the organisation.
        evidence: id of the entry of the evidence log.
    """

    kind: Kind
    dataset: str
    row: str
    items: tuple[str, ...]
    version: str
    receiver: str
    evidence: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a posting is one of {', '.join(sorted(KINDS))}")
        if not _REFERENCE.match(self.row):
            raise ValueError(f"{self.dataset}: a posting names its row by reference, never by a value")
        if not self.items or not all(_FIELD.match(item) for item in self.items):
            raise ValueError(f"{self.dataset}: a posting names the fields that were shown, never a value")

    @property
    def id(self) -> str:
        """Digest of what it says; of a prefill without its evidence, so that showing it again is the same."""
        act = "" if self.kind == "prefill" else self.evidence
        said = (self.kind, self.dataset, self.row, _written(self.items), self.version, self.receiver, act)
        return hashlib.sha256("\x00".join(said).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Posted:
    """A posting as the store holds it; fields as in :class:`Posting`."""

    posting: Posting
    posted_at: datetime


def post(
    connection: Connection,
    secret: bytes,
    *,
    kind: Kind,
    dataset: str,
    row: str | Mapping[str, Any],
    item: str | Sequence[str],
    version: str,
    receiver: str,
    evidence: str,
    now: datetime,
) -> None:
    """Post what one receiver is shown of one row, in the caller's transaction.

    Args:
        connection: a writing transaction, the one that records the showing.
        secret: the pseudonym key, ``keys.load(home).pseudonym``.
        kind: ``prefill``, ``submission``, ``verification`` or ``unmasking``.
        dataset: ``schema.table``.
        row: the row's reference; or its primary key, field → value, of which the reference is made here.
        item: the field shown, or several of the same row.
        version: id of the release the value stands in.
        receiver: code of the organisation that is shown it.
        evidence: id of the entry of the evidence log of the act.
        now: aware instant.

    Raises:
        ValueError: the row is no reference, or an item no field name: a posting never holds a value.
    """
    reference = row if isinstance(row, str) else row_reference(secret, dataset, row)
    items = (item,) if isinstance(item, str) else tuple(item)
    post_all(connection, [Posting(kind, dataset, reference, items, version, receiver, evidence)], now=now)


def post_all(connection: Connection, made: Iterable[Posting], *, now: datetime) -> int:
    """Post many at once, in the caller's transaction; those that stand already are left as they are.

    Args:
        connection: a writing transaction, the one that records the showing.
        made: the postings.
        now: aware instant.

    Returns:
        How many different postings were given.
    """
    rows = {one.id: _values(one, now) for one in made}
    if rows:
        insert = _INSERTS[connection.dialect.name]
        connection.execute(insert(postings).on_conflict_do_nothing(), list(rows.values()))
    return len(rows)


def of_rows(connection: Connection, dataset: str, rows: Iterable[str]) -> tuple[Posted, ...]:
    """Every posting about some rows of a dataset, oldest first.

    Args:
        connection: a transaction.
        dataset: ``schema.table``.
        rows: references.
    """
    wanted, found = sorted(set(rows)), []
    for start in range(0, len(wanted), _PAGE):
        page = wanted[start : start + _PAGE]
        query = select(postings).where(postings.c.dataset == dataset, postings.c.row.in_(page))
        found += [_posted(row) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda one: (one.posted_at, one.posting.id)))


def _written(items: Iterable[str]) -> str:
    return ",".join(sorted(set(items)))


def _values(one: Posting, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "dataset": one.dataset,
        "row": one.row,
        "items": _written(one.items),
        "version": one.version,
        "receiver": one.receiver,
        "evidence_id": one.evidence,
        "posted_at": now,
    }


def _posted(row: Any) -> Posted:
    items = tuple(row.items.split(","))
    kept = Posting(row.kind, row.dataset, row.row, items, row.version, row.receiver, row.evidence_id)
    return Posted(kept, row.posted_at)
