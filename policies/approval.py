"""Who answers a request, in which order: offices, seats and chains 审批链.

Decides what a well-formed chain is, what holds where an owner states none, and where two people are needed.
The figures are dated rules (``rules/requests.yaml``); who sits where is the ledger's matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from policies.rulebook import NATIONAL, rule


class Side(StrEnum):
    """In which office a person acts on a request."""

    APPLICANT = "applicant"  # 申请方
    FIRST = "first"  # 提供方一级审批
    SECOND = "second"  # 提供方二级审批
    REGION = "region"  # 区域主管
    AUTHORITY = "authority"  # 同级数据主管部门
    SUPERIOR = "superior"  # 共同的上级主管部门
    GOVERNMENT = "government"  # 本级人民政府
    CLOCK = "clock"  # nobody: the route follows from the chain


# Stages of a chain in their order; every chain that is not empty begins with the source department.
STAGES: Final = (Side.FIRST, Side.SECOND, Side.REGION, Side.AUTHORITY)


@dataclass(frozen=True, slots=True)
class Seat:
    """One stage of a chain, and who sits there.

    Attributes:
        stage: of :data:`STAGES`.
        code, name: of the organisation; empty: that of the owner, or for the authority's stage its own.
        persons: who may act; empty: whoever acts for the organisation.
    """

    stage: Side
    code: str = ""
    name: str = ""
    persons: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "stage": self.stage.value, "code": self.code, "name": self.name, "persons": list(self.persons),
        }  # fmt: skip

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Seat:
        """The seat a stored document states."""
        return cls(
            Side(document["stage"]), document["code"], document["name"], tuple(document["persons"])
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chain:
    """Stages in their order, each once, the source department first; without any, a yes is given at once.

    Raises:
        ValueError: the order is another.
    """

    seats: tuple[Seat, ...] = ()

    def __post_init__(self) -> None:
        places = [STAGES.index(seat.stage) for seat in self.seats if seat.stage in STAGES]
        if len(places) < len(self.seats) or places != sorted(set(places)) or (places and places[0]):
            raise ValueError(
                "a chain names first, then any of second, region, authority, in this order, each once"
            )

    def seat(self, stage: str) -> Seat:
        """The seat of a stage.

        Raises:
            KeyError: the chain has no such stage.
        """
        for seat in self.seats:
            if seat.stage == stage:
                return seat
        raise KeyError(stage)

    def after(self, stage: str) -> Side | None:
        """The stage after one, or None after the last."""
        stages = [seat.stage for seat in self.seats]
        place = stages.index(Side(stage)) + 1
        return stages[place] if place < len(stages) else None

    def with_second(self) -> Chain:
        """The chain as it is where two people are needed: one that has a single stage gets a second one."""
        if len(self.seats) > 1:
            return self
        first = self.seats[0] if self.seats else Seat(Side.FIRST)
        return Chain((first, Seat(Side.SECOND, first.code, first.name)))

    def to_document(self) -> list[dict[str, Any]]:
        """Plain JSON-able form."""
        return [seat.to_document() for seat in self.seats]

    @classmethod
    def from_document(cls, document: Sequence[Mapping[str, Any]]) -> Chain:
        """The chain a stored document states."""
        return cls(tuple(Seat.from_document(each) for each in document))


def default_chain(share_type: str, grade: int, on: date, place: str = NATIONAL) -> Chain:
    """The chain of a dataset whose owner states none: of the rows that fit, the one of the highest grade.

    Args:
        share_type: sharing type of the items, or ``open``.
        grade: level of the dataset, 0 where it has none.
        on: day, Asia/Shanghai.
        place: whose rule goes before the national one.
    """
    rows = [
        row
        for row in rule("requests", "default_chain", on, place).value
        if row["share"] in (share_type, "any") and row["from_grade"] <= grade
    ]
    best = max(rows, key=lambda row: (row["from_grade"], row["share"] != "any"))
    return Chain(tuple(Seat(Side(stage)) for stage in best["stages"]))


def needs_two(share_type: str, grade: int, on: date, place: str = NATIONAL) -> bool:
    """Whether two people stand behind a yes; rule ``two_persons`` of ``requests``."""
    least = rule("requests", "two_persons", on, place).value.get(share_type)
    return least is not None and grade >= int(least)
