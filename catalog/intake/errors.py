"""Errors of intake: one class per cause; a message never carries a value of the data."""

from __future__ import annotations

from catalog.errors import CatalogError


class IntakeError(CatalogError):
    """A source that cannot be brought in.

    Attributes:
        path: the file or database at fault, as the contract names it.
        reason: what is wrong with it, in words a steward can act on.
    """

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


class SourceMissing(IntakeError):
    """No file is where the contract says."""


class Unreadable(IntakeError):
    """A file that is locked, damaged, empty or not what its contract says it is."""


class HeadingsDiffer(IntakeError):
    """None of the headings of a file belongs to the contract."""
