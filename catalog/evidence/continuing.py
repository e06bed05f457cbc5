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

from sqlalchemy import Connection, insert, select

from catalog.evidence.restoring import Brought, NotResumable
from catalog.home import Home
from catalog.keys import following
from catalog.keys.heads import BACKUP, KEPT_WITH_THE_KEY, Head, outside_folder, published, signed_outside
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


def require_place(home: Home, folder: Path) -> None:
    """Refuse to resume with one copy where the log would be written on in another that holds a log.

    Raises:
        NotResumable: it would; the installation that was backed up may still publish there.
    """
    outside = outside_folder(home)
    if outside is None or following.is_ours(home, outside) or _same(folder, outside):
        return
    raise NotResumable(
        f"this installation would publish to {outside}, which holds the log of the one it was restored from,"
        f" and {folder} is a copy; nothing was done. To rehearse, restore with --rehearsal. In place of one"
        f" that is lost, resume with {outside} itself, or let it publish elsewhere (YBZ_PUBLISH_TO)"
    )


def take_place(home: Home, folder: Path) -> None:
    """The log goes on in the copy outside it was resumed with."""
    outside = outside_folder(home)
    if outside is not None and _same(folder, outside):
        following.take_over(home, outside)


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def open_marks(connection: Connection, heads: Iterable[Head]) -> tuple[Head, ...]:
    """Memories without the marks of restores after which the log was shown to go on already."""
    r = restorations.c
    done = {(row.size, row.mark) for row in connection.execute(select(r.size, r.mark))}
    return tuple(head for head in heads if head.where != BACKUP or (head.size, head.root) not in done)


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
    lost, r = brought.lost is not None, restorations.c
    noted = set(connection.execute(select(r.mark)).scalars())
    for head in heads:
        # A size the key signed and nobody has is given up with the rest. Several memories may tell of one.
        if head.root in noted or (head.where != BACKUP and not (lost and head.size > brought.size)):
            continue
        noted.add(head.root)
        connection.execute(
            insert(restorations).values(
                mark=head.root, size=head.size, copy_size=brought.size,
                nothing_since=stated.by if stated.nothing_since else None,
                resumption_id=made, gone_on_at=now,
            )
        )  # fmt: skip
