"""After the restore of a backup: what a copy must show, and noting down that the log goes on.

Decides that a copy which holds no more than the backup shows nothing by itself: a person states that nothing
was published after it, or gives up what was. In the latter case as many places of the log are passed over as
may have been signed without being published, so that no size is signed twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert

from catalog.evidence.restoring import Brought, NotResumable
from catalog.keys.heads import BACKUP, KEPT_WITH_THE_KEY, Head, published, signed_outside
from catalog.store.tables.restorations import restorations
from policies.clocks import local_date
from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class Stated:
    """What the person who resumes states.

    Attributes:
        by: who.
        give_up: what was signed and nobody has is given up.
        nothing_since: nothing was published after the backup.
    """

    by: str
    give_up: bool = False
    nothing_since: bool = False


def remembered(heads: Iterable[Head], folder: Path, stated: Stated, now: datetime) -> tuple[Head, ...]:
    """What the log is known to have been, for a copy to lead through.

    Args:
        heads: every memory outside the store, marks of a restored backup among them.
        folder: the copy; it may tell of more than it holds.
        stated: by the person who resumes.
        now: aware instant.

    Raises:
        NotResumable: the copy holds no more than the backup, and nobody says why.
    """
    found = [head for head in heads if head.where != BACKUP]
    marks = [head for head in heads if head.where == BACKUP]
    copy, signed = published(folder), signed_outside(folder)
    size = 0 if copy is None else copy.size
    if signed is not None:
        found.append(signed)
    for mark in marks:
        if stated.give_up:
            passed = size + int(rule("backup", "passed_over", local_date(now)).value)
            known = max((head.size for head in found), default=0)
            found.append(Head(max(passed, known + 1), mark.root, KEPT_WITH_THE_KEY))
        elif size <= mark.size and not stated.nothing_since:
            raise NotResumable(
                f"the copy ends at {size} entries and the backup at {mark.size}: take the newest copy"
                " published outside — or state that nothing was published after the backup (--nothing-since)"
            )
    return tuple(sorted(found, key=lambda head: head.size))


def note_down(
    connection: Connection, heads: Iterable[Head], brought: Brought, made: str, stated: Stated, now: datetime
) -> None:
    """Note down that the log goes on after the restore of a backup.

    Args:
        connection: the writing transaction that brought it back.
        heads: as before.
        brought: what was brought back.
        made: id of the resumption.
        stated: by the person who resumed.
        now: aware instant.
    """
    lost = brought.lost is not None
    for head in heads:
        # A size the key signed and nobody has is given up with the rest.
        if head.where != BACKUP and not (lost and head.size > brought.size):
            continue
        connection.execute(
            insert(restorations).values(
                mark=head.root, size=head.size, copy_size=brought.size,
                nothing_since=stated.by if stated.nothing_since else None,
                resumption_id=made, gone_on_at=now,
            )
        )  # fmt: skip
