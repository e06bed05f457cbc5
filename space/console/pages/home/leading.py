"""Where something owed is dealt with: the page of the very case where there is one for the reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from policies.access import Act
from space.console.frame import at
from space.console.seats import Seat

# Clocks of cases name the request they belong to.
_REQUEST: Final = re.compile(r"\breq_\w+")
# Kind of a subject → the page of it, or the list it stands in, whoever reads.
_PAGES: Final[Mapping[str, str]] = {
    "rectification": "/steward/rectification/{id}",
    "request": "/department/requests/{id}",
    "announcement": "/catalogue/{dataset}/history",
    "contest": "/catalogue/{dataset}/quality",
    "dataset": "/steward/entries/{id}",
    "signature": "/",
}
# Kind of a subject → an act of an office, and where that office deals with it.
_OFFICES: Final[Mapping[str, tuple[tuple[Act, str], ...]]] = {
    "authority": (
        (Act.SOURCE_DECIDE, "/authority/conflicts/{id}"), (Act.CATALOGUE_KEEP, "/steward/conflicts"),
    ),
    "review": ((Act.CLASSIFICATION_DECIDE, "/authority/classification"),),
    "decision": ((Act.CLASSIFICATION_DECIDE, "/authority/classification"),),
    "demand": ((Act.LIST_DECIDE, "/authority/demands"),),
    "opening": ((Act.LIST_DECIDE, "/authority/demands"),),
    "alert": ((Act.ALERT_READ, "/audit/watch"),),
    "incident": ((Act.ALERT_READ, "/audit/watch"),),
    "agreement": (
        (Act.EVALUATION_KEEP, "/implementing/agreements/{id}"),
        (Act.AGREEMENT_NEGOTIATE, "/operator/agreements/{id}"),
    ),
    "finding": ((Act.EVALUATION_KEEP, "/implementing"), (Act.AGREEMENT_NEGOTIATE, "/operator/agreements")),
    "disclosure": (
        (Act.EVALUATION_KEEP, "/implementing/disclosure"), (Act.DISCLOSURE_PUBLISH, "/audit/disclosure"),
    ),
    "supply": ((Act.SUPPLY_TAKE, "/department/data"),),
    "correction": ((Act.CATALOGUE_KEEP, "/steward/corrections"),),
}  # fmt: skip


def way_of(seat: Seat, one: Mapping[str, Any], room: str) -> str:
    """The address of what is owed.

    Args:
        seat: who reads.
        one: what is owed, as ``/v1/due`` tells it.
        room: where the reader deals with what has no page of its own.
    """
    kind, _, name = str(one["subject"]).partition(":")
    dataset = str(one["dataset"])
    if kind == "entry":
        publishes = str(one["what"]).startswith("review") and seat.may(Act.ENTRY_REVIEW)
        return at(f"/authority/entries/{name}" if publishes else f"/steward/entries/{name}")
    if kind == "registration":
        if name.startswith("rap_"):
            return at(f"/authority/registrations/{name}") if seat.may(Act.REGISTRATION_REVIEW) else room
        return at(f"/catalogue/{dataset}") if one["title"] else room
    if kind == "case":
        found = _REQUEST.search(str(one["what"]))
        return at(f"/department/requests/{found[0]}") if found else room
    way = _PAGES.get(kind) or next((to for act, to in _OFFICES.get(kind, ()) if seat.may(act)), "")
    if not way or ("{dataset}" in way and not one["title"]):
        return room
    return at(way.format(id=name, dataset=dataset))
