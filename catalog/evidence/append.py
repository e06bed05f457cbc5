"""Recording an entry: the outbox row, written in the transaction of the business row.

Decides what an entry is and how its leaf hash comes about. Gives no positions:
:mod:`catalog.evidence.sequence` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring as _text
from typing import Any, Final

from sqlalchemy import Connection, insert

from catalog.errors import CatalogError
from catalog.evidence.merkle import leaf_hash
from catalog.store.prepared import Prepared
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_entries
from contracts.canonical import canonical

# `source:subject:action`, e.g. `dataset:release:publish`.
EVENT: Final = re.compile(r"^[a-z_]+:[a-z_]+:[a-z_]+$")


# Put together once: every act stores one while other writers wait.
_ROW: Final = insert(evidence_entries)
_ONE: Final = Prepared(_ROW, ("id", "event", "subject", "body", "leaf_hash", "recorded_at"))


class EventName(CatalogError):
    """An event that is not named ``source:subject:action``."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry that was recorded.

    Attributes:
        id: of the entry.
        leaf_hash: of it, hexadecimal.
    """

    id: str
    leaf_hash: str


def record(
    connection: Connection, *, event: str, subject: str, body: Mapping[str, Any], now: datetime
) -> str:
    """Record one entry in the caller's transaction: both are committed, or neither.

    Args:
        connection: a writing transaction, the one that writes the business row.
        event: ``source:subject:action`` in lower case, e.g. ``dataset:release:publish``.
        subject: the object's identifier or name.
        body: identifiers, counts and digests, and the words of whoever acts; no cell of a dataset.
        now: aware instant.

    Returns:
        The entry's id.

    Raises:
        EventName: the event is not of that form.
        NotCanonical: the body holds what JSON cannot carry exactly.
    """
    return enter(connection, event=event, subject=subject, body=body, now=now).id


def enter(
    connection: Connection, *, event: str, subject: str, body: Mapping[str, Any], now: datetime
) -> Recorded:
    """Record one entry as :func:`record` does, for who states its leaf hash: a receipt."""
    row = _row(event, subject, body, instant_text(now), now)
    _ONE.run(connection, row)
    return Recorded(row["id"], row["leaf_hash"])


def record_all(
    connection: Connection, entries: Iterable[tuple[str, str, Mapping[str, Any]]], *, now: datetime
) -> tuple[str, ...]:
    """Record many entries in the caller's transaction, in their order; see :func:`record`.

    Args:
        connection: a writing transaction.
        entries: event, subject and body of each.
        now: aware instant of all of them.

    Returns:
        The entries' ids.
    """
    recorded = instant_text(now)
    rows = [_row(event, subject, body, recorded, now) for event, subject, body in entries]
    if rows:
        connection.execute(_ROW, rows)
    return tuple(row["id"] for row in rows)


def _row(event: str, subject: str, body: Mapping[str, Any], recorded: str, now: datetime) -> dict[str, Any]:
    if not EVENT.match(event):
        raise EventName(f"event {event!r} is not named source:subject:action")
    entry_id, text = new_id("ev"), canonical(body).decode()
    leaf = leaf_bytes(entry_id=entry_id, event=event, subject=subject, body=text, recorded_at=recorded)
    return {
        "id": entry_id,
        "event": event,
        "subject": subject,
        "body": text,
        "leaf_hash": leaf_hash(leaf).hex(),
        "recorded_at": now,
    }


def leaf_bytes(*, entry_id: str, event: str, subject: str, body: str, recorded_at: str) -> bytes:
    """The bytes a leaf hash is taken over: canonical JSON of the entry's five fields.

    Args:
        entry_id: the entry's id.
        event: as recorded.
        subject: as recorded.
        body: canonical JSON *text*; taken as it is, so that no byte of it can change unseen.
        recorded_at: the instant as the store keeps it, see :func:`instant_text`.

    Returns:
        UTF-8 bytes.
    """
    # Written out, as this is done for every entry of a log that is verified; a test holds it to `canonical`.
    return (
        f'{{"body":{body},"event":{_text(event)},"id":{_text(entry_id)},'
        f'"recorded_at":{_text(recorded_at)},"subject":{_text(subject)}}}'
    ).encode()


def instant_text(now: datetime) -> str:
    """``2026-09-24T08:00:00.000000Z``: the form in which the store keeps an instant.

    Raises:
        ValueError: the instant has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
