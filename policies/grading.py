"""Classification and grading 分类分级: the matrix, the floors, and 就高从严 over a dataset.

Decides the level an item or a dataset has at least, and says why. It does not look at data: what
detectors found is given in. Lowering a level is a person's recorded decision, never made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from contracts.model import Contract, Field, ShareType, Use
from policies.rulebook import DatedRule, rule

# Grading rules in force from the day GB/T 43697-2024 applies; a later row is chosen by passing a day.
IN_FORCE: Final = date.max


class DataClass(StrEnum):
    """核心 / 重要 / 一般数据 (GB/T 43697-2024)."""

    CORE = "core"
    IMPORTANT = "important"
    GENERAL = "general"


class Harmed(StrEnum):
    """影响对象: who or what a leak would harm."""

    NATIONAL_SECURITY = "national_security"
    ECONOMY = "economy"
    SOCIAL_ORDER = "social_order"
    PUBLIC_INTEREST = "public_interest"
    ORGANISATION = "organisation"
    INDIVIDUAL = "individual"


class Degree(StrEnum):
    """影响程度: how badly."""

    EXTREMELY_SERIOUS = "extremely_serious"
    SERIOUS = "serious"
    GENERAL = "general"


class Found(Protocol):
    """What a detector reports of a column, as far as grading needs it."""

    @property
    def field(self) -> str:
        """Name of the column."""

    @property
    def detector(self) -> str:
        """Name of the detector."""

    @property
    def grade(self) -> int:
        """Level the finding asks for."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason for a level.

    Attributes:
        grade: the level this reason alone asks for, 1–4.
        why: one sentence, without data values.
        source: the clause it rests on.
    """

    grade: int
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Graded:
    """A level with its reasons, the strictest first.

    Attributes:
        grade: level 1–4 of general data.
        grounds: every reason.
    """

    grade: int
    grounds: tuple[Ground, ...]

    @property
    def statement(self) -> str:
        """The reasons that set the level, as one line a steward reads."""
        return f"grade {self.grade}: " + "; ".join(g.why for g in self.grounds if g.grade == self.grade)


def matrix(harmed: Harmed, degree: Degree, on: date = IN_FORCE) -> DataClass:
    """The class of data whose leak would harm ``harmed`` to ``degree``.

    >>> matrix(Harmed.PUBLIC_INTEREST, Degree.SERIOUS)
    <DataClass.IMPORTANT: 'important'>

    Source: GB/T 43697-2024 Table 1.
    """
    return DataClass(rule("grading", "matrix", on).value[harmed.value][degree.value])


def floors(on: date = IN_FORCE) -> Mapping[str, int]:
    """The least level by kind of item, e.g. ``sensitive_personal`` → 4.

    Source: GB/T 43697-2024 Annex H; ``policies/rules/grading.yaml``.
    """
    value: Mapping[str, int] = rule("grading", "floors", on).value
    return value


def item_grade(item: Field, sharing: ShareType, found: Iterable[Found] = (), on: date = IN_FORCE) -> Graded:
    """The level of one item: the strictest of its declaration, its floors and what was found in it.

    Args:
        item: the field as the contract declares it.
        sharing: sharing type of the dataset; the item's own replaces it.
        found: findings; those of other fields are passed over.
        on: day whose rules apply.
    """
    row = rule("grading", "floors", on)
    grounds = [_floor(row, kind, f"{item.name}: {why}") for kind, why in _kinds(item, sharing)]
    if item.grade is not None:
        grounds.append(Ground(item.grade, f"{item.name}: declared grade {item.grade}", "the contract"))
    grounds += [
        Ground(f.grade, f"{item.name}: {f.detector} found in the data", "catalog.classify")
        for f in found
        if f.field == item.name
    ]
    return _highest(grounds)


def volume(persons: int, *, sensitive: bool, on: date = IN_FORCE) -> tuple[Ground, ...]:
    """What the number of persons in a dataset asks for: very many make it a matter of society.

    >>> [ground.grade for ground in volume(1_200_000, sensitive=False)]
    [3]

    Args:
        persons: different persons its rows are about, or the number of rows where that is not known.
        sensitive: whether it holds sensitive personal information.
        on: day whose rules apply.

    Returns:
        A reason for each threshold that is reached; each also asks for a re-assessment by a person.

    Source: GB/T 43697-2024 5.4 and 6; 网络数据安全管理条例 Art 28.
    """
    row = rule("grading", "volumes", on)
    return tuple(
        Ground(step["grade"], step["why"], row.source)
        for step in row.value
        if persons >= step["persons"] and (sensitive or not step["sensitive_only"])
    )


def grade_of(
    contract: Contract,
    found: Iterable[Found] = (),
    ancestors: Mapping[str, int] | None = None,
    on: date = IN_FORCE,
    *,
    persons: int = 0,
) -> Graded:
    """The level of a dataset with its reasons: the highest of its items 就高从严.

    Args:
        contract: of the dataset.
        found: what detectors found in its rows.
        ancestors: dataset → level, for a composed dataset (it inherits the highest).
        on: day whose rules apply.
        persons: how many its rows are about; 0 = not known, no volume is judged.

    Source: GB/T 43697-2024 5.6 and Annex I; lowering is a signed decision.
    """
    findings = tuple(found)
    grounds = [
        ground
        for item in contract.fields
        for ground in item_grade(item, contract.sharing.type, findings, on).grounds
    ]
    if contract.grade is not None:
        grounds.append(Ground(contract.grade, f"declared grade {contract.grade} as a whole", "the contract"))
    for name, grade in sorted((ancestors or {}).items()):
        grounds.append(Ground(grade, f"made from {name}", "GB/T 43697-2024 Annex I"))
    sensitive = any(item.sensitive for item in contract.fields) or any(
        getattr(each, "sensitive", False) for each in findings
    )
    grounds += volume(persons, sensitive=sensitive, on=on)
    return _highest(grounds)


def dataset_grade(contract: Contract, found: Iterable[Found] = ()) -> int:
    """The level of a dataset, 1–4; :func:`grade_of` also says why."""
    return grade_of(contract, found).grade


def _kinds(item: Field, sharing: ShareType) -> list[tuple[str, str]]:
    kinds = [("any", "every item has a level")]
    if item.sensitive:
        kinds.append(("sensitive_personal", "sensitive personal information"))
    if item.personal or item.sensitive:
        kinds.append(("personal", "personal information"))
    if item.use is Use.FREE_TEXT:
        kinds.append(("free_text", "free text may hide personal information"))
    shared = item.sharing or sharing
    if shared is ShareType.CONDITIONAL:
        kinds.append(("conditional", "shared under conditions"))
    if shared is ShareType.WITHHELD:
        kinds.append(("withheld", "forbidden to share"))
    return kinds


def _floor(row: DatedRule, kind: str, why: str) -> Ground:
    return Ground(row.value[kind], why, row.source)


def _highest(grounds: Iterable[Ground]) -> Graded:
    ordered = tuple(sorted(grounds, key=lambda ground: (-ground.grade, ground.why)))
    return Graded(ordered[0].grade, ordered)
