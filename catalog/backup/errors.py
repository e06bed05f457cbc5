"""Errors of backup and restore."""

from __future__ import annotations

from catalog.errors import CatalogError


class NotBackedUp(CatalogError):
    """A backup could not be made; what was written of it is no backup."""


class BackupDamaged(CatalogError):
    """A folder that is no whole backup: something is missing or is not as it was written."""


class NotRestored(CatalogError):
    """A backup could not be restored; nothing was put in place."""


class NotPlaced(CatalogError):
    """What was stated of the place of an installation is not so; nothing was changed."""
