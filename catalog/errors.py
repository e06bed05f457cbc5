"""Errors of the ledger: one root, one class per cause."""

from __future__ import annotations


class CatalogError(Exception):
    """Root of the ledger's errors; its message is fit for a person and carries no data value."""

    user_facing = True


class NotInitialised(CatalogError):
    """There is no installation at ``YBZ_HOME``."""


class StoreOutdated(CatalogError):
    """The store was made by an earlier version and lacks tables or columns."""


class StoreBusy(CatalogError):
    """Others kept writing for so long that the turn of this writer did not come; nothing was done."""


class StoreUnreachable(CatalogError):
    """The database of the store does not answer."""


class StoreFull(CatalogError):
    """The disk of the store is full; nothing was done."""


class UnknownDataset(CatalogError):
    """No entry of that name is in the ledger."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"no dataset {name} in the ledger — see `ybz show` for the names it has")
