"""One difference between two contracts, as compare and impact pass it on.

Decides nothing: which differences there are is :mod:`contracts.comparing.contracts`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Touches(StrEnum):
    """What of a dataset a difference touches, so that each user is told what they feel."""

    NAME = "name"  # how the dataset is called
    FIELD = "field"  # a field is gone or new
    TYPE = "type"  # type, scale, grain, unit, use: queries may fail or mean something else
    VALUES = "values"  # which values may occur, and how they are spelt
    KEY = "key"  # keys and row bounds
    JOIN = "join"  # joins a query may make
    ROWS = "rows"  # which rows there are: loads, area, row limits
    ACCESS = "access"  # sharing, openness, grade, personal information
    QUALITY = "quality"  # rules and thresholds
    TIME = "time"  # update cycle, retention
    TEXT = "text"  # words for people, layouts of files


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference.

    Attributes:
        what: one sentence, without the field's name.
        touches: see :class:`Touches`.
        breaking: users must be told before it is published.
        field: the field it is about, or None for the dataset.
    """

    what: str
    touches: Touches
    breaking: bool
    field: str | None = None

    def as_document(self) -> dict[str, str | None]:
        """For ``--json``; a reader of it knows whether it breaks by where it stands."""
        return {"field": self.field, "what": self.what, "touches": self.touches.value}

    def __str__(self) -> str:
        return f"{self.field}: {self.what}" if self.field else self.what


Findings = Iterator[Finding]


def breaks(what: str, touches: Touches, field: str | None = None) -> Finding:
    """A promise taken back or loosened."""
    return Finding(what, touches, True, field)


def news(what: str, touches: Touches = Touches.TEXT, field: str | None = None) -> Finding:
    """Something new nobody has to be told of beforehand."""
    return Finding(what, touches, False, field)
