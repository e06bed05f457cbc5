"""Giving up entries that were signed and never published: nobody has them any more 遗失条目.

Decides that their places are filled, so that no size is signed twice: one entry states which checkpoint is
given up, one stands for each lost entry, and the next size signed lies beyond every size the key ever
signed. Whoever holds the lost checkpoint finds in the log itself that it was given up, and by whom. What
follows for budgets and grants is decided where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from catalog.evidence import tiles
from catalog.evidence.append import record_all
from catalog.evidence.merkle import Frontier
from catalog.evidence.sequence import place
from catalog.store.tables.evidence import checkpoints, evidence_entries

# What is given up, and what stands for each lost entry.
LOSE: Final = "evidence:log:lose"
GAP: Final = "evidence:log:gap"
# Entries read back in one statement.
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Lost:
    """A signed log whose end nobody has.

    Attributes:
        size, root: of the checkpoint that was signed and not published.
        entries: how many of its entries are lost.
    """

    size: int
    root: str
    entries: int

    @classmethod
    def of_body(cls, body: Mapping[str, Any]) -> Lost:
        """What an entry :data:`LOSE` states."""
        return cls(int(body["size"]), str(body["root"]), int(body["size"]) - int(body["held"]))


def give_up(connection: Connection, lost: Lost, *, by: str, now: datetime) -> None:
    """Fill the places of lost entries, to one beyond the last size that was signed.

    Args:
        connection: the writing transaction that brings the log back; what is in place is no more than that.
        lost: what is given up.
        by: the person.
        now: aware instant.
    """
    held = lost.size - lost.entries
    tree, stored = _tree(connection, held), tiles.to_extend(connection, held)
    # A root that stands here without a signature was signed since, perhaps: its size is not signed again.
    connection.execute(delete(checkpoints).where(checkpoints.c.note.is_(None)))
    stated = {"by": by, "size": lost.size, "root": lost.root, "held": held}
    gaps = [(GAP, "log", {"place": number}) for number in range(held, lost.size)]
    made = record_all(connection, [(LOSE, "log", stated), *gaps], now=now)
    for leaf in _leaves(connection, made):
        tree.append(leaf)
        stored.append(leaf)
    place(connection, made, held)
    stored.store(connection)
    peaks = " ".join(peak.hex() for peak in tree.peaks)
    connection.execute(
        insert(checkpoints).values(size=tree.size, root=tree.root().hex(), frontier=peaks, made_at=now)
    )


def _tree(connection: Connection, size: int) -> Frontier:
    c = checkpoints.c
    frontier = connection.execute(select(c.frontier).where(c.size == size)).scalar()
    return Frontier(size, [bytes.fromhex(peak) for peak in (frontier or "").split()])


def _leaves(connection: Connection, entries: tuple[str, ...]) -> list[bytes]:
    """Leaf hashes of entries, in their order."""
    e, found = evidence_entries.c, dict[str, str]()
    for first in range(0, len(entries), _PAGE):
        page = select(e.id, e.leaf_hash).where(e.id.in_(entries[first : first + _PAGE]))
        found |= {row.id: row.leaf_hash for row in connection.execute(page)}
    return [bytes.fromhex(found[entry]) for entry in entries]
