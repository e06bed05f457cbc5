"""What a person states of an installation that stands in another place than before 换了地方.

Decides what each statement brings about. Moved: the former one was stopped before, and is gone; the log goes
on. Lost: it is gone too, and may have gone on after this copy was made; what holds is what holds after a
restore. A rehearsal: it may go on running; what holds is what holds after a restore to rehearse. That another
place is noticed at all is :mod:`catalog.store.standing`'s.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from catalog import lasting
from catalog.backup.errors import NotPlaced
from catalog.evidence import continuity, record
from catalog.home import Home
from catalog.keys import following, heads
from catalog.settings.reading import REHEARSAL_FILE
from catalog.store import standing
from catalog.store.engine import anywhere
from catalog.store.standing import Place
from catalog.store.tables.evidence import checkpoints

PLACED: Final = "store:place:state"
_MARK_BYTES: Final = 32


class Stated(StrEnum):
    """What is stated of the place."""

    MOVED = "moved"
    LOST = "lost"
    REHEARSAL = "rehearsal"


def state(engine: Engine, home: Home, stated: Stated, *, by: str, reason: str, now: datetime) -> Place:
    """Let an installation be written in the place it stands in.

    Args:
        engine: of its store.
        home: of the installation.
        stated: what a person states.
        by: who.
        reason: in their words.
        now: aware instant.

    Returns:
        Where it was written last.

    Raises:
        NotPlaced: there is nothing to state, or what is stated is not so.
        KeyTrouble: what is remembered of the log outside the store cannot be read.
    """
    with anywhere(engine) as connection:
        here, last = _places(connection)
        if stated is not Stated.REHEARSAL:
            _require_gone(last, here)
        if stated is Stated.MOVED:
            _require_whole(connection, home)
        else:
            # Before the row: who is stopped between finds the copy closed, and states it again.
            _mark(connection, home, stated)
        body = {"by": by, "reason": reason, "stated": stated.value}
        entry = record(connection, event=PLACED, subject=stated.value, body=body, now=now)
        standing.note(
            connection, here, stated=stated.value, reason=reason, stated_by=by, stated_at=now,
            evidence_id=entry,
        )  # fmt: skip
    continuity.forget()
    return last


def _places(connection: Connection) -> tuple[Place, Place]:
    """Where the store is, and where it was written last.

    Raises:
        NotPlaced: it is no file, or was written here.
    """
    here = standing.of(connection.engine)
    if here is None:
        raise NotPlaced(
            "the store is on a server, and stands where that is: whatever folder names it writes one ledger —"
            " there is nothing to state; for a trial, restore a backup with --rehearsal"
        )
    last = standing.elsewhere(connection)
    if last is None:
        raise NotPlaced("the store stands where it was written last — there is nothing to state")
    return here, last


def _require_gone(last: Place, here: Place) -> None:
    """Refuse to say of an installation that it is gone, while its store is where it was.

    Raises:
        NotPlaced: it is.
    """
    former = Path(last.path)
    try:
        there = former != Path(here.path) and standing.at(former).is_at(last)
    except OSError:  # gone, or out of reach: the person states it
        return
    if there:
        raise NotPlaced(
            f"the store this is a copy of still stands at {former} — stop it and delete it, or state that"
            " this copy is a rehearsal (--rehearsal); nothing was changed"
        )


def _require_whole(connection: Connection, home: Home) -> None:
    """Refuse to go on with a copy that is behind what was signed.

    Raises:
        NotPlaced: the former one went on after the copy was made.
    """
    # A restore that was not resumed stays what it is, in whatever place.
    remembered = [head for head in heads.known(home) if head.where != heads.BACKUP]
    if continuity.gap(connection, remembered) is not None:
        raise NotPlaced(
            "the former installation signed more than this copy holds: it went on after it was copied — state"
            " --lost, then `ybz evidence resume EXPORT` with the newest published copy; nothing was changed"
        )


def _mark(connection: Connection, home: Home, stated: Stated) -> None:
    """What holds after the restore of a backup holds of a copy."""
    if stated is Stated.REHEARSAL:
        lasting.write(home.root / REHEARSAL_FILE, b"a copy to rehearse: nothing is sent from here\n")
    size = connection.execute(select(func.max(checkpoints.c.size))).scalar()
    heads.mark_restored(home, size or 0, secrets.token_hex(_MARK_BYTES))
    following.begin(home)
