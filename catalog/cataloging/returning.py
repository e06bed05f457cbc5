"""Returning an entry: one complete list 一次性告知 of what is missing, said once.

Decides what is on the list: what the office asks for, and everything a program can tell is missing. What
stood in the entry when the same office returned it before, and was not asked for then, is a late demand.

Source: 政务数据共享条例 (told once and completely).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.cataloging.acts import PUBLISH, RETURN, Act
from catalog.cataloging.admission import admit, duties
from catalog.cataloging.checking import checked_again
from catalog.cataloging.places import WHOLE, place_of, value_at
from catalog.cataloging.standing import Standing
from contracts.core_items import gaps
from contracts.model import Contract
from contracts.odcs.files import to_document
from policies.decision import Decision, Deny, Permit, Reason
from policies.machine import Office
from policies.rulebook import rule

LATE: Final = "catalog.return.late"
EMPTY: Final = "catalog.return.empty"
OFFICE: Final = "office"
PROGRAM: Final = "program"


@dataclass(frozen=True, slots=True)
class Missing:
    """One point of a return.

    Attributes:
        place: of the contract, e.g. ``sharing.basis``; ``entry`` for the whole.
        what: what is missing and what to do, one sentence.
        by: ``office`` or ``program``.
        late: asked for though it stood in the entry when it was returned before.
    """

    place: str
    what: str
    by: str
    late: bool = False

    def as_document(self) -> dict[str, Any]:
        """As an act keeps it."""
        return {"place": self.place, "what": self.what, "by": self.by, "late": self.late}


def asked(contract: Contract, texts: Iterable[str]) -> tuple[Missing, ...]:
    """What the office asks for; ``PLACE: what`` names the place, any other text is about the whole entry."""
    made = []
    for text in texts:
        place, colon, what = text.partition(":")
        where = place_of(contract, place.strip()) if colon and what.strip() else None
        if where is not None:
            made.append(Missing(where, what.strip(), OFFICE))
        elif text.strip():
            made.append(Missing(WHOLE, text.strip(), OFFICE))
    return tuple(dict.fromkeys(made))


def told_by_program(contract: Contract, assessment: str, on: date) -> tuple[Missing, ...]:
    """Everything a program can tell is missing: what listing needs, duties, core items left unsaid."""
    case = checked_again(contract, assessment, on)
    decision = admit(case)
    found = []
    if isinstance(decision, Deny):
        found += [
            (reason.where or WHOLE, f"{reason.message} — {reason.allowed}") for reason in decision.reasons
        ]
    found += [(WHOLE, duty) for duty in duties(case)]
    stated = {entry["property"] for entry in to_document(contract).get("customProperties", ())}
    found += [(gap.key, f"{gap.what} — {gap.remedy}") for gap in gaps(contract, stated)]
    return tuple(Missing(place, what, PROGRAM) for place, what in dict.fromkeys(found))


def complete(
    connection: Connection,
    standing: Standing,
    contract: Contract,
    texts: Sequence[str],
    former: Sequence[Act],
    office: Office,
    assessment: str,
    on: date,
) -> tuple[Decision, tuple[Missing, ...]]:
    """The whole list of a return, and whether it may be given.

    Args:
        connection: to read former revisions with.
        standing: of the entry.
        contract: of the revision that is returned.
        texts: what the office asks for.
        former: every act on the entry.
        office: that returns it.
        assessment: reference of the impact assessment, or empty.
        on: day whose rules count.
    """
    wanted = asked(contract, texts)
    if not wanted:
        nothing = Reason(EMPTY, "a return says what is missing", "missing", "name everything that is missing")
        return Deny((nothing,)), ()
    earlier = _earlier(former, office)
    seen = {
        act.revision: revisions.number(connection, standing.name, act.revision).contract for act in earlier
    }
    judged = tuple(_judged(one, contract, earlier, seen) for one in wanted)
    listed = (*judged, *told_by_program(contract, assessment, on))
    late = [one for one in judged if one.late]
    ruled = rule("cataloguing", "late_demand", on)
    if not late or ruled.value != "refuse":
        return Permit(), listed
    return Deny(tuple(_denied(one, ruled.source) for one in late)), listed


def _earlier(former: Sequence[Act], office: Office) -> list[Act]:
    """Returns by the same office since the entry was last published."""
    published = max((place for place, act in enumerate(former) if act.event == PUBLISH), default=-1)
    return [act for act in former[published + 1 :] if act.event == RETURN and act.office is office]


def _judged(
    one: Missing, contract: Contract, earlier: Sequence[Act], seen: dict[int, Contract]
) -> Missing:  # fmt: skip
    for act in earlier:
        before = seen[act.revision]
        unchanged = (
            before == contract
            if one.place == WHOLE
            else value_at(before, one.place) == value_at(contract, one.place)
        )
        if unchanged and not any(_same_point(one, each) for each in act.details.get("missing", ())):
            return Missing(one.place, one.what, one.by, late=True)
    return one


def _same_point(one: Missing, listed: dict[str, Any]) -> bool:
    if one.place == WHOLE:
        return "".join(one.what.split()) == "".join(str(listed["what"]).split())
    return one.place == str(listed["place"])


def _denied(one: Missing, source: str) -> Reason:
    return Reason(
        LATE,
        f"{one.place} stood in the entry as it does when it was returned before, and was not asked for then",
        one.place,
        f"publish it, or refuse it with a cited basis ({source})",
    )
