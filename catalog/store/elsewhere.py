"""Whether an installation may keep its store elsewhere from now on: never so that its rows are out of sight.

Decides that a store which has anything is left only for one that holds the same log. Rows, and with them what
is enforced, would otherwise be hidden behind an empty store without a word. Rows are moved by a backup and
its restore; nothing here moves any.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, exists, select

from catalog.errors import CatalogError
from catalog.home import Home
from catalog.settings import reading as settings
from catalog.store.additions import held
from catalog.store.engine import engine_at, reading
from catalog.store.tables.evidence import checkpoints, evidence_entries


class HidesTheStore(CatalogError):
    """The installation would be left with another store than the one its rows are in."""


def require(home: Home, url: str | None) -> None:
    """Refuse to leave a store that has anything for one that is not its copy.

    Args:
        home: of the installation.
        url: of the store from now on; None: whatever the settings say.

    Raises:
        HidesTheStore: it would be left.
    """
    given = settings.value("YBZ_DATABASE_URL", home.root)
    if url is not None and given and given != url:
        raise HidesTheStore(
            "YBZ_DATABASE_URL goes before --database and names another store — let both name the same, or"
            " leave one out; nothing was changed"
        )
    embedded = f"sqlite:///{home.root / 'ybz.db'}"
    present = home.database_url if url is not None else embedded
    wanted = url or home.database_url
    kept_elsewhere = url is None and home.database_file.is_file()
    if present == wanted or kept_elsewhere or (present == embedded and not (home.root / "ybz.db").is_file()):
        return
    with reading(engine_at(home, present)) as here:
        if not _has_log(here):
            return
        if url is None and _has_any(engine_at(home, wanted)):
            return
        if _is_copy(here, engine_at(home, wanted)):
            return
    raise HidesTheStore(
        f"the store of {home.root} holds a ledger, and the one named is no copy of it — nothing was changed."
        " To move: stop the service, `ybz backup DIR`, `ybz restore DIR --database URL` into an empty"
        " YBZ_HOME, `ybz evidence resume` (docs/operate.md)"
    )


def _has_log(connection: Connection) -> bool:
    if evidence_entries.name not in held(connection).tables:
        return False
    return bool(connection.execute(select(exists(select(evidence_entries.c.id)))).scalar())


def _has_any(engine: Engine) -> bool:
    with reading(engine) as connection:
        return _has_log(connection)


def _is_copy(here: Connection, there: Engine) -> bool:
    """Whether the other holds the newest checkpoint of this one, and every entry that waits for a place."""
    c, e = checkpoints.c, evidence_entries.c
    newest = here.execute(select(c.size, c.root).order_by(c.size.desc()).limit(1)).first()
    waiting = set(here.execute(select(e.id).where(e.position.is_(None))).scalars())
    with reading(there) as connection:
        if not _has_log(connection):
            return False
        if newest is not None:
            root = connection.execute(select(c.root).where(c.size == newest.size)).scalar()
            if root != newest.root:
                return False
        known = set(connection.execute(select(e.id).where(e.id.in_(waiting))).scalars())
    return waiting == known
