"""Errors of intake: one class per cause; a message never carries a value of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from catalog.errors import CatalogError

if TYPE_CHECKING:
    from catalog.intake.landing.landed import Drifted


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


class OtherEncoding(Unreadable):
    """A text file most lines of which do not fit the encoding it is read in."""


class HeadingsDiffer(IntakeError):
    """None of the headings of a file belongs to the contract."""


class SourceEmpty(IntakeError):
    """A source that should hold rows holds none, and nothing says that this may be."""


class SchemaDrifted(IntakeError):
    """A delivery differs from its layout in a way at which its contract stops.

    Attributes:
        drift: the differences that stop it.
    """

    def __init__(self, path: str, drift: Sequence[Drifted]) -> None:
        self.drift = tuple(drift)
        told = "; ".join(sentence(d.kind, d.column, d.proposal) for d in self.drift)
        mapped = next((f"{{{d.proposal}: {d.column}}}" for d in self.drift if d.kind == "renamed"), "")
        remedy = (
            f"add columns: {mapped} to its source if it is the same" if mapped else "correct the delivery"
        )
        super().__init__(path, f"{told} — {remedy}, or change the drift rule of the contract")


def sentence(kind: str, column: str, proposal: str = "") -> str:
    """One difference between a delivery and its layout, in words; see :class:`~.landed.Drifted`."""
    match kind:
        case "renamed":
            return f"the column of {column} is gone, {proposal} is new and most like it"
        case "missing_column":
            return f"it has no column for {column}"
        case "new_column":
            return f"the column {column} is new"
        case "type_change":
            return f"{proposal} of the values of {column} no longer fit its type"
        case _:
            return "its columns come in another order"
