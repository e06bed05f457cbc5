"""What can be wrong with the organisation tree."""

from __future__ import annotations

from catalog.errors import CatalogError


class OrganisationError(CatalogError):
    """A change of the tree that cannot be."""


class UnknownUnit(OrganisationError):
    """No unit of that code was ever in the tree."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"no unit {code} in the tree — see `ybz organisation tree`, or add it first")
