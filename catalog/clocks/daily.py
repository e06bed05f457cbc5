"""What a new day does by itself 每日: registrations lapse, first ones fall due, due days settle.

Decides the order: what ran out is marked before what is owed is looked for, so that a clock counts from the
day the term was over. Doing it again on the same day changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from catalog.clocks import duties
from catalog.clocks.duties import Duty
from catalog.clocks.recompute import Moved, recompute
from catalog.organisations import granted, handover
from catalog.registration import coding, terms
from policies.clocks import local_date
from policies.warning import Colour


@dataclass(frozen=True, slots=True)
class Day:
    """What the day changed, and what is owed on it.

    Attributes:
        lapsed: names of registrations whose term was over.
        owed: names of datasets whose first registration is owed from now on.
        moved: due days made anew, because a calendar has come.
        settled: datasets whose entry names its new department.
        red: duties on their last day or over it, the most pressing first.
        colours: colour → how many duties there are.
    """

    lapsed: tuple[str, ...]
    owed: tuple[str, ...]
    moved: tuple[Moved, ...]
    settled: tuple[str, ...]
    red: tuple[Duty, ...]
    colours: Mapping[str, int]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "lapsed": list(self.lapsed),
            "first_registration_owed": list(self.owed),
            "moved": [each.to_document() for each in self.moved],
            "settled": list(self.settled),
            "red": [each.to_document() for each in self.red],
            "colours": dict(self.colours),
        }


def begin(connection: Connection, *, by: str, now: datetime) -> Day:
    """Do what the day does.

    Args:
        connection: a writing transaction.
        by: who runs it: a person, or the scheduler.
        now: aware instant.
    """
    lapsed = coding.lapse(connection, now)
    owed = terms.watch(connection, now)
    moved = recompute(connection, by=by, now=now)
    settled = handover.settle(connection, now=now)
    granted.settle(connection, now=now)
    found = duties.duties(connection, local_date(now))
    counted = Counter(duty.colour.value for duty in found)
    return Day(
        lapsed, owed, moved, settled, tuple(duty for duty in found if duty.colour is Colour.RED),
        MappingProxyType({colour.value: counted[colour.value] for colour in Colour}),
    )  # fmt: skip
