"""What is given to cataloguing and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from policies.machine import Office


@dataclass(frozen=True, slots=True)
class Acts:
    """Who does what to an entry. One person may hold every office in a small installation.

    Attributes:
        by: compiles and checks (the data steward).
        reason: why, one sentence.
        now: aware instant.
        signed_off_by: head of the department; ``by`` where empty.
        reviewed_by: the data authority, which also publishes; ``by`` where empty.
        assessment: reference of the impact assessment, where the contracts carry none.
        seen_added_condition: the authority states that it has seen conditions added after publication.
        codes: dataset → resource code a new entry keeps, of a catalogue that is taken over.
    """

    by: str
    reason: str
    now: datetime
    signed_off_by: str = ""
    reviewed_by: str = ""
    assessment: str = ""
    seen_added_condition: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)

    def actor(self, office: Office) -> str:
        """Who acts in an office."""
        if office is Office.HEAD:
            return self.signed_off_by or self.by
        return (self.reviewed_by or self.by) if office is Office.AUTHORITY else self.by


@dataclass(frozen=True, slots=True)
class Catalogued:
    """What became of one contract.

    Attributes:
        entry_id, name, code: of the entry.
        revision: number of its newest revision.
        state: of that revision, e.g. ``compiled`` or ``published``.
        changed: whether a new revision was made.
        open_points: what a person still has to add or do, one sentence each.
        in_force: number of the revision in force; None where none was ever published.
        told: how many users were told of a breaking change.
    """

    entry_id: str
    name: str
    code: str
    revision: int
    state: str
    changed: bool
    open_points: tuple[str, ...]
    in_force: int | None = None
    told: int = 0
