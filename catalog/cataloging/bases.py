"""Cited bases 依据: whether a text cites something that can carry what it is given for.

Decides the kind of a cited basis by a controlled list of dated rule data: what not sharing may rest on
(law, administrative regulation, State Council decision), and what a refusal may rest on. It knows how
things are cited, not whether the cited article says so: a person answers for that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from policies.rulebook import NATIONAL, rule

WITHHELD: Final = "withheld_basis"
REFUSAL: Final = "refusal_basis"
_FILE: Final = "cataloguing"


@dataclass(frozen=True, slots=True)
class Cited:
    """What a text cites.

    Attributes:
        kind: of the first basis found; empty where none is recognised.
        carries: whether that is enough.
        accepted: the kinds that would be, in words.
        source: of the rule.
    """

    kind: str
    carries: bool
    accepted: str
    source: str


def cited(text: str, list_: str, on: date, place: str = NATIONAL) -> Cited:
    """What a text cites, by one of the controlled lists.

    Args:
        text: as a person wrote it.
        list_: name of the dated rule, :data:`WITHHELD` or :data:`REFUSAL`.
        on: day whose rule counts.
        place: whose rule goes before the national one.

    Source: 政务数据共享条例, as the rule cites it.
    """
    ruled = rule(_FILE, list_, on, place)
    kinds = ruled.value["kinds"]
    accepted = ", ".join(each["kind"] for each in kinds if each["accepted"])
    found = [each for each in kinds if _pattern(each["cites"]).search(text)]
    # Beside a basis that carries, one that does not takes nothing away.
    best = next((each for each in found if each["accepted"]), found[0] if found else None)
    if best is None:
        return Cited("", ruled.value["unrecognised"] == "note" and bool(text.strip()), accepted, ruled.source)
    return Cited(best["kind"], bool(best["accepted"]), accepted, ruled.source)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
