"""The semantic version of a contract: which step a change asks for.

Decides that a breaking change asks for a major step, anything else users meet for a minor one, and words
for people or layouts of files for a patch. Below 1.0.0 nothing is promised yet, and a minor step does.

Source: Semantic Versioning 2.0.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.comparing.findings import Finding, Touches
from contracts.core_items import SEMANTIC


class Bump(StrEnum):
    """Steps of a version, from the largest."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"
    NONE = "none"


_ORDER = tuple(Bump)


@dataclass(frozen=True, slots=True)
class Step:
    """A step between two versions.

    Attributes:
        old, new: as the contracts state them.
        due: the smallest step the change asks for.
        taken: the step the versions make; None where one is no semantic version or it goes back.
        next: the version that would do; None where ``old`` is no semantic version.
        enough: False where a breaking change does not show in the version.
    """

    old: str
    new: str
    due: Bump
    taken: Bump | None
    next: str | None
    enough: bool

    def sentence(self) -> str:
        """What a person is told."""
        if self.due is Bump.NONE:
            return f"nothing changed that users see ({self.new})"
        if self.taken is self.due:
            return f"{self.old} to {self.new} is the {self.due} step it asks for"
        if _reaches(self.taken, self.due):
            return f"{self.old} to {self.new} is more than the {self.due} step it asks for"
        asked = self.next or "a semantic version, e.g. 2.0.0"
        return f"a {self.due} step is due, {self.old} to {self.new} is less — write version: {asked}"

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        taken = None if self.taken is None else self.taken.value
        return {
            "old": self.old,
            "new": self.new,
            "due": self.due.value,
            "taken": taken,
            "next": self.next,
            "enough": self.enough,
        }


def step_between(old: str, new: str, found: Iterable[Finding]) -> Step:
    """The step two versions make, and the one the differences ask for.

    >>> step_between("1.2.0", "1.3.0", [Finding("the field is gone", Touches.FIELD, True, "a")]).next
    '2.0.0'
    """
    former, latter = _parts(old), _parts(new)
    due = _due(found)
    breaking = due is Bump.MAJOR
    if breaking and former is not None and former[0] == 0:
        due = Bump.MINOR
    taken = None if former is None or latter is None else _taken(former, latter)
    following = None if former is None else _next(former, due)
    return Step(old, new, due, taken, following, not breaking or _reaches(taken, due))


def _due(found: Iterable[Finding]) -> Bump:
    due = Bump.NONE
    for finding in found:
        if finding.breaking:
            return Bump.MAJOR
        step = Bump.PATCH if finding.touches is Touches.TEXT else Bump.MINOR
        due = min(due, step, key=_ORDER.index)
    return due


def _reaches(taken: Bump | None, due: Bump) -> bool:
    return taken is not None and _ORDER.index(taken) <= _ORDER.index(due)


def _parts(version: str) -> tuple[int, int, int] | None:
    match = SEMANTIC.fullmatch(version)
    return None if match is None else (int(match[1]), int(match[2]), int(match[3]))


def _taken(old: tuple[int, int, int], new: tuple[int, int, int]) -> Bump | None:
    if new < old:
        return None
    for bump, before, after in zip(_ORDER, old, new, strict=False):
        if after > before:
            return bump
    return Bump.NONE


def _next(old: tuple[int, int, int], due: Bump) -> str:
    major, minor, patch = old
    made = {
        Bump.MAJOR: (major + 1, 0, 0),
        Bump.MINOR: (major, minor + 1, 0),
        Bump.PATCH: (major, minor, patch + 1),
        Bump.NONE: old,
    }[due]
    return ".".join(map(str, made))
