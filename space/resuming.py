"""After a restore 恢复后续接: what was spent, ended or stopped since the backup holds again.

Decides what has to be there before a restored store goes on: the newest published copy, and where the key
signed more than any copy has, a person who gives that up. What follows from entries that came back is
:mod:`space.recharging`'s, what from those that are lost :mod:`space.presuming`'s. At last all is counted
again from the log (:mod:`space.recounting`), whatever the rows of the backup say. Until it is done in one
transaction no grant answers (:mod:`catalog.evidence.continuity`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert

from catalog.evidence import continuing, continuity, record
from catalog.evidence.continuing import Stated
from catalog.evidence.losing import give_up as fill_places
from catalog.evidence.restoring import Brought, NotResumable, bring_back
from catalog.evidence.sequence import integrate
from catalog.home import Home
from catalog.keys.signers import Signer
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_resumptions
from space.errors import SpaceError
from space.presuming import presume
from space.recharging import Again
from space.recounting import recount


@dataclass(frozen=True, slots=True)
class Resumed:
    """What was brought back and done again.

    Attributes:
        common, size: entries both logs had, and entries of the log now.
        recharged: how much was taken again, by kind.
        to_do: acts without a row, by event, for people to do again.
        lost: entries that were signed and published nowhere, and are given up.
    """

    common: int
    size: int
    recharged: Mapping[str, int]
    to_do: Mapping[str, int]
    lost: int = 0

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "restored": self.common,
            "published": self.size,
            "recharged": dict(self.recharged),
            "to_do": dict(self.to_do),
            "lost": self.lost,
        }


class Unrepeatable(SpaceError):
    """Acts that took something away and cannot be done again from the log alone."""


def resume(
    engine: Engine,
    signer: Signer,
    folder: Path,
    *,
    by: str,
    now: datetime,
    accept: bool = False,
    give_up: bool = False,
    nothing_since: bool = False,
) -> Resumed:
    """Bring a restored store to continue the published log, and take again what was spent.

    Args:
        engine: of the restored store.
        signer: of the key in place.
        folder: the newest published copy.
        by: who does it.
        now: aware instant.
        accept: whether acts that took something away and cannot be repeated here were dealt with by hand.
        give_up: whether what the key signed and no copy has is given up; what it may have spent is taken as
            spent, and everything is stopped.
        nothing_since: whether the person states that nothing was published after the backup.

    Raises:
        NotResumable: copy and store are not one log, or the store was not restored, or the copy holds no more
            than the backup and nobody states that this is all, or a row of the backup was changed.
        Unrepeatable: such acts are there, and nobody has accepted them; nothing was done.
    """
    home = _home(engine)
    with writing(engine) as connection:
        heads = signer.heads()
        if continuity.gap(connection, heads) is None:
            raise NotResumable("the store holds the log that was published — nothing to resume")
        if home is not None:
            continuing.require_place(home, folder)
        heads = continuing.open_marks(connection, heads)
        stated = Stated(by, give_up=give_up, nothing_since=nothing_since)
        remembered = continuing.remembered(heads, folder, stated, now)
        brought = bring_back(connection, folder, signer.public_raw, remembered, give_up=give_up)
        again = Again(connection, by, now)
        again.take_all(brought.back)
        unrepeated = again.taken_away()
        if unrepeated and not accept:
            raise Unrepeatable(
                f"acts that took something away are to be done again by hand ({', '.join(unrepeated)}) — see"
                " `ybz evidence show`, and repeat with --accept to do so at once after it"
            )
        if brought.lost is not None:
            fill_places(connection, brought.lost, by=by, now=now)
            again.charged.update(presume(connection, brought.lost, by=by, now=now))
        again.charged.update(recount(connection, now))
        made = _note_down(connection, brought, again, stated, now)
        continuing.note_down(connection, heads, brought, made, stated, now)
    if home is not None:
        continuing.take_place(home, folder)
    continuity.forget()
    integrate(engine, signer, now)
    lost = 0 if brought.lost is None else brought.lost.entries
    return Resumed(brought.common, brought.size, dict(again.charged), dict(again.to_do), lost)


def _home(engine: Engine) -> Home | None:
    """The installation a store was opened for; None where it was opened by itself."""
    root = engine.get_execution_options().get("ybz_home")
    return None if root is None else Home(Path(root))


def _note_down(connection: Connection, brought: Brought, again: Again, stated: Stated, now: datetime) -> str:
    made, lost, by = new_id("rsm"), brought.lost, stated.by
    figures = {"restored": brought.common, "published": brought.size, "entries": len(brought.back)}
    body = {"by": by, **figures, "recharged": dict(again.charged)}
    if stated.nothing_since:
        body["nothing_since"] = True
    entry = record(connection, event="evidence:log:resume", subject=made, body=body, now=now)
    connection.execute(
        insert(evidence_resumptions).values(
            id=made, restored_size=brought.common, published_size=brought.size, entries=len(brought.back),
            recharged=dict(again.charged), resumed_by=by, resumed_at=now, evidence_id=entry,
            lost_size=None if lost is None else lost.size, lost_root=None if lost is None else lost.root,
        )
    )  # fmt: skip
    return made
