"""Whether the store holds the log that was signed and published: a restored store does not.

Decides that nothing is signed, and no grant answers, while the store is behind what is remembered outside of
it (:mod:`catalog.keys.heads`). How a restored store is brought to continue is decided where budgets are.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from catalog.errors import CatalogError
from catalog.home import Home
from catalog.keys import heads
from catalog.keys.files import installed
from catalog.keys.heads import Head
from catalog.keys.succession import in_use, out_of_use
from catalog.store import younger
from catalog.store.tables.evidence import checkpoints, evidence_resumptions
from catalog.store.tables.restorations import restorations

# How long a finding is good for a running process, in seconds.
_GOOD_FOR_S: Final = 1.0
_found: dict[str, tuple[float, Suspended | None]] = {}


@dataclass(frozen=True, slots=True)
class Suspended:
    """Why no grant answers.

    Attributes:
        words: for who runs the installation.
        by_key: whether it is the key in place that does not sign; else the log does not go on.
    """

    words: str
    by_key: bool = False


class LogBroken(CatalogError):
    """The log does not continue what was signed; nothing more is signed."""


def gap(connection: Connection, remembered: Iterable[Head]) -> str | None:
    """What the store lacks of the log that is remembered, in words; None where it goes on from it.

    Args:
        connection: a transaction.
        remembered: sizes and roots kept outside the store.
    """
    wanted = tuple(remembered)
    if not wanted:
        return None
    c = checkpoints.c
    rows = connection.execute(select(c.size, c.root).where(c.size.in_({head.size for head in wanted})))
    held = {row.size: row.root for row in rows}
    missing = [head for head in wanted if held.get(head.size) != head.root]
    given_up = _given_up(connection) if missing else frozenset[tuple[int, str]]()
    for head in missing:
        if (head.size, head.root) not in given_up and head.where == heads.BACKUP:
            return (
                "this installation was restored from a backup, and its log is not shown to go on — run"
                " `ybz evidence resume EXPORT` with the newest copy published outside of it"
            )
        if (head.size, head.root) not in given_up:
            return (
                f"the store does not hold the log of {head.size} entries that was signed before: it was"
                " restored — run `ybz evidence resume EXPORT` with the newest published copy"
            )
    return None


def _given_up(connection: Connection) -> frozenset[tuple[int, str]]:
    """Size and root of every checkpoint whose entries a person gave up (:mod:`catalog.evidence.losing`).

    Marks of backups after whose restore the log was shown to go on count alike.
    """
    r, b = evidence_resumptions.c, restorations.c
    rows = connection.execute(select(r.lost_size, r.lost_root).where(r.lost_size.is_not(None)))
    gone_on = connection.execute(select(b.size, b.mark))
    return frozenset((size, root) for size, root in (*rows, *gone_on))


def require(connection: Connection, remembered: Iterable[Head]) -> None:
    """Refuse to go on with a store that is behind.

    Raises:
        LogBroken: it is.
    """
    problem = gap(connection, remembered)
    if problem is not None:
        raise LogBroken(problem)


def suspension(connection: Connection) -> str | None:
    """Why no grant of this store may answer now, in words; None where they may; see :func:`suspended`."""
    found = suspended(connection)
    return None if found is None else found.words


def suspended(connection: Connection) -> Suspended | None:
    """Why no grant of this store may answer now; None where they may.

    What could not be signed is not begun, for it would spend budget. A finding is kept for a second, so that
    a call costs nothing; a copy that cannot be read suspends too.

    Args:
        connection: a transaction of a store that was opened for an installation.
    """
    root = connection.get_execution_options().get("ybz_home")
    if root is None:
        return None
    key, at = f"{root} {connection.engine.url.render_as_string()}", time.monotonic()
    known = _found.get(key)
    if known is None or at - known[0] > _GOOD_FOR_S:
        known = _found[key] = (at, _look(connection, Home(Path(root))))
    return known[1]


def forget() -> None:
    """Look again at the next call: something was changed just now."""
    _found.clear()


def _look(connection: Connection, home: Home) -> Suspended | None:
    try:
        remembered = heads.known(home)
    except heads.KeyTrouble as error:
        return Suspended(str(error))
    if _stopped(connection, home, remembered) is None:
        return None
    # A size is stored before it is remembered, but this transaction may have begun before both; so of keys.
    with younger(connection) as fresh:
        return _stopped(fresh, home, remembered)


def _stopped(connection: Connection, home: Home, remembered: Iterable[Head]) -> Suspended | None:
    lacking = gap(connection, remembered)
    if lacking is not None:
        return Suspended(lacking)
    used, signer = in_use(connection), installed(home)
    if used is None:
        return None
    try:
        named = signer.key_id
        trouble = out_of_use(connection, named, used)
        if trouble is None:
            signer.found_in_use(named)  # so that who signs next need not ask
    except heads.KeyTrouble as error:
        trouble = str(error)
    return None if trouble is None else Suspended(trouble, by_key=True)
