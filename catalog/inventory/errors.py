"""Errors of the inventory and its lists."""

from __future__ import annotations

from catalog.errors import CatalogError
from policies.decision import Deny


class InventoryError(CatalogError):
    """The inventory does not have what was named, or cannot do what is asked of it."""


class NotAccepted(CatalogError):
    """An act the inventory or a list refuses.

    Attributes:
        denial: every reason.
    """

    def __init__(self, what: str, denial: Deny) -> None:
        self.denial = denial
        why = "; ".join(f"{r.message} — {r.allowed}" if r.allowed else r.message for r in denial.reasons)
        super().__init__(f"{what}: {why}")


class ScanFailed(CatalogError):
    """A database that cannot be scanned; the message names no user and no password."""
