"""What a trial 试算 tells: how many rows would stay, why the others would leave, which lines these are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any


@dataclass(frozen=True, slots=True)
class RejectedFor:
    """One reason rows may leave for, or be warned of.

    Attributes:
        rule: id of the rule, or ``cast:TYPE``, ``drift:KIND``, ``change:operation``.
        field: names joined by commas.
        action: ``quarantine``, ``warn`` or ``stop``.
        rows: that leave for it first, where it quarantines; else rows that break it; 0 where none does.
        says: what a cell has to meet, in Chinese.
        stated: the rule as a contract states it: kind, arguments, dimension; empty of what is no rule.
    """

    rule: str
    field: str
    action: str
    rows: int
    says: str
    stated: Mapping[str, Any] = attribute(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One row that would leave.

    Attributes:
        file, line: where it stands.
        rule, field: as of :class:`RejectedFor`.
        cells: heading → what stands there, of the fields concerned.
    """

    file: str
    line: int
    rule: str
    field: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of the rows.

    Attributes:
        rows: read.
        kept: that would be released.
        reasons: why rows leave, or are warned of, and rules no row breaks; most rows first.
        lines: the first rows that would leave, in the order of the file.
        warned: the first rows that would stay and be warned of, in that order; once a rule.
        stops: the share that leaves is above the contract's limit, or a rule that stops is broken.
        limit: that share.
        untried: ids of rules that were left out.
    """

    rows: int
    kept: int
    reasons: tuple[RejectedFor, ...]
    lines: tuple[Line, ...]
    stops: bool
    limit: float
    untried: tuple[str, ...]
    warned: tuple[Line, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "rows": self.rows, "kept": self.kept, "stops": self.stops, "limit": self.limit,
            "untried": list(self.untried),
            "reasons": [
                {
                    "rule": r.rule, "field": r.field, "action": r.action, "rows": r.rows, "says": r.says,
                    "stated": dict(r.stated),
                }
                for r in self.reasons
            ],
            "lines": [_plain(one) for one in self.lines],
            "warned": [_plain(one) for one in self.warned],
        }  # fmt: skip


def _plain(one: Line) -> dict[str, Any]:
    return {
        "file": one.file, "line": one.line, "rule": one.rule, "field": one.field, "cells": dict(one.cells)
    }  # fmt: skip
