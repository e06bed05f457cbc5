"""Names our ODRL profile writes terms with: prefixes of identifiers, what acts and joins are called.

Source: W3C ODRL Information Model 2.2, with a profile of our own (left operands ``ybz:…``).
"""

from __future__ import annotations

import re
from typing import Final

from policies import enforcement
from policies.odrl_constraints import (
    OdrlError,
)
from policies.protection import Analysis
from policies.terms import JoinTerm, Terms

PROFILE: Final = "urn:ybz:odrl:1"
CONTEXT: Final = (
    "http://www.w3.org/ns/odrl.jsonld",
    {"ybz": f"{PROFILE}:", "xsd": "http://www.w3.org/2001/XMLSchema#"},
)
GRANT: Final = "urn:ybz:grant:"
PARTY: Final = "urn:ybz:organisation:"
DATASET: Final = "urn:ybz:dataset:"
PURPOSE: Final = "urn:ybz:purpose:"
MODE: Final = "urn:ybz:mode:"
REQUEST: Final = "urn:ybz:request:"
# What may be done under a grant, in the order it is written; the first that is allowed carries the terms.
ACTIONS: Final = {
    Analysis.AGGREGATE: "odrl:aggregate",
    Analysis.LIST: "ybz:list",
    Analysis.MASKED_LIST: "ybz:maskedList",
    Analysis.VERIFY: "ybz:verify",
}
_JOIN: Final = re.compile(r"^([^=\s]+)\.([^.=\s]+) = ([^=\s]+)\.([^.=\s]+)$")


def join_text(join: JoinTerm) -> str:
    """A join as the profile writes it.

    Raises:
        OdrlError: a name cannot be carried without loss.
    """
    text = f"{join.left_dataset}.{join.left_field} = {join.right_dataset}.{join.right_field}"
    if join_of(text) != join:
        raise OdrlError("a join names a column that is not a safe name", where="joins")
    return text


def join_of(text: str) -> JoinTerm | None:
    """The join a text states, or None."""
    found = _JOIN.match(text)
    return JoinTerm(*found.groups()) if found else None


def refuse_unenforced(terms: Terms) -> None:
    """Refuse terms of which nobody enforces one: written, they would look agreed."""
    lost = enforcement.unenforced(terms)
    if lost:
        raise OdrlError("nobody enforces this term", where=lost[0], remedy="leave it out")
