"""Errors of the ledger: one root, one class per cause."""

from __future__ import annotations


class CatalogError(Exception):
    """Root of the ledger's errors; its message is fit for a person and carries no data value."""

    user_facing = True


class NotInitialised(CatalogError):
    """There is no installation at ``YBZ_HOME``."""


class StoreDriverMissing(NotInitialised):
    """The store is to be kept where no library here reaches."""

    def __init__(self, dialect: str) -> None:
        super().__init__(
            f"no library here reaches a store of {dialect} — write `postgresql+psycopg://…` in"
            " YBZ_DATABASE_URL, and install what `requirements.lock` names (extra `postgres`)"
        )


class StoreLost(NotInitialised):
    """The store is gone, and what an installation signed with it is still there."""

    def __init__(self, root: object) -> None:
        super().__init__(
            f"the store of {root} is gone, and what it signed stands beside it — bring the store back, or"
            " restore the newest backup into an empty YBZ_HOME; an empty store would fork the log"
        )


class StoreElsewhere(CatalogError):
    """The store stands in another place than the one it was written in last; nothing was written."""

    def __init__(self, here: object, last: object) -> None:
        super().__init__(
            f"the store {here} is not the file it was written in last ({last}): its folder was moved to"
            " another disk, or is a copy, and two that are written would spend budget twice and fork the log"
            " — nothing was written; state which it is: `ybz evidence place`"
        )


class StoreOutdated(CatalogError):
    """The store was made by an earlier version and lacks tables or columns."""


class StoreBusy(CatalogError):
    """Others kept writing for so long that the turn of this writer did not come; nothing was done."""


class StoreUnreachable(CatalogError):
    """The database of the store does not answer."""


class StoreFull(CatalogError):
    """The disk of the store is full, or takes nothing; nothing was done."""


class StoreDamaged(CatalogError):
    """The file of the store holds no whole store any more."""


class UnknownDataset(CatalogError):
    """No entry of that name is in the ledger."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"no dataset {name} in the ledger — see `ybz show` for the names it has")
