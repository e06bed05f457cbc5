"""贯标率: how far the standards there are get followed, and where one is missing.

Decides, for every department and in all, the four phrases of the trade: 有标贯标 (fields that have a
matching standard and follow it), 无标立标 (headings several departments share without a standard),
以标控质 (rules of followed elements that hold in the last build) and 达标入库 (datasets in which all of them
do). Each is a ratio of counts; where nothing can be counted it is not assessed, never 100 %.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.elements import Element
from contracts.elements_agree import conflicts
from contracts.elements_index import SYNONYM, Index, folded, index_of
from contracts.errors import ContractError
from contracts.model import Contract, Field, RuleKind
from contracts.rules import rules_of

# Kinds of rules a field takes from its element.
_FROM_ELEMENT: Final = frozenset(
    {RuleKind.ALLOWED, RuleKind.PATTERN, RuleKind.CHECK_DIGIT, RuleKind.LENGTH, RuleKind.RANGE}
)
# So many departments have to share a heading before it is worth a standard of its own.
SHARED_BY: Final = 2


@dataclass(frozen=True, slots=True)
class Ratio:
    """``a`` of ``b``; ``x`` is None where nothing was assessed."""

    a: int
    b: int

    @property
    def x(self) -> float | None:
        """The ratio, or None."""
        return self.a / self.b if self.b else None

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(self.a + other.a, self.b + other.b)


@dataclass(frozen=True, slots=True)
class Miss:
    """A field that has a matching standard and does not follow it.

    Attributes:
        dataset, field, heading: which field.
        element: the standard that matches.
        why: ``names no element``, or what it does against the one it names.
    """

    dataset: str
    field: str
    heading: str
    element: str
    why: str


@dataclass(frozen=True, slots=True)
class ToBeSet:
    """A heading several departments share and no standard covers 无标立标.

    Attributes:
        heading: as the first of them prints it.
        departments: who has it.
        fields: ``dataset.field`` of each.
    """

    heading: str
    departments: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adoption:
    """Adoption of one department, or of all.

    Attributes:
        department: its name; empty for all.
        followed: 有标贯标.
        controlled: 以标控质, rules of followed elements that hold.
        conforming: 达标入库, datasets.
        misses: fields that could follow a standard and do not.
    """

    department: str
    followed: Ratio
    controlled: Ratio
    conforming: Ratio
    misses: tuple[Miss, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Adoption in all, by department, and the standards to be set."""

    total: Adoption
    departments: tuple[Adoption, ...]
    to_be_set: tuple[ToBeSet, ...]


def adoption(
    contracts: Sequence[Contract],
    *,
    own: Mapping[str, Element],
    passed: Mapping[str, Mapping[str, bool]],
) -> Report:
    """Measure adoption over the contracts of the ledger.

    Args:
        contracts: of all datasets.
        own: the city's own elements in force.
        passed: dataset → rule → whether it held in the last build; rules that evaluated nothing, and
            datasets never built, are left out.
    """
    index = index_of(own)
    by_department: dict[str, list[Contract]] = defaultdict(list)
    for contract in contracts:
        by_department[contract.department.name].append(contract)
    parts = tuple(_department(name, held, index, own, passed) for name, held in sorted(by_department.items()))
    total = Adoption(
        "",
        sum((part.followed for part in parts), Ratio(0, 0)),
        sum((part.controlled for part in parts), Ratio(0, 0)),
        sum((part.conforming for part in parts), Ratio(0, 0)),
        tuple(miss for part in parts for miss in part.misses),
    )
    return Report(total, parts, _to_be_set(contracts, index))


def matching(field: Field, index: Index) -> str | None:
    """The standard a field should follow: the one it names, or the one its heading is a name of."""
    if field.element is not None:
        return field.element
    named = [entry for entry in index.names.get(folded(field.business_name), ()) if entry[1] >= SYNONYM]
    own_first = sorted(named, key=lambda entry: (-entry[1], "." not in entry[0]))
    return own_first[0][0] if own_first else None


def _department(
    name: str,
    contracts: Iterable[Contract],
    index: Index,
    own: Mapping[str, Element],
    passed: Mapping[str, Mapping[str, bool]],
) -> Adoption:
    followed, controlled, conforming = Ratio(0, 0), Ratio(0, 0), Ratio(0, 0)
    misses: list[Miss] = []
    for contract in contracts:
        following = set()
        for field in contract.fields:
            element = matching(field, index)
            if element is None:
                continue
            why = _why_not(field, own)
            followed += Ratio(why is None, 1)
            if why is None:
                following.add(field.name)
            else:
                misses.append(Miss(contract.name, field.name, field.business_name, element, why))
        held = _held(contract, following, passed.get(contract.name, {}))
        controlled += Ratio(sum(held), len(held))
        conforming += Ratio(all(held), 1) if held else Ratio(0, 0)
    return Adoption(name, followed, controlled, conforming, tuple(misses))


def _why_not(field: Field, own: Mapping[str, Element]) -> str | None:
    """Why a field does not follow its standard; None where it does."""
    if field.element is None:
        return "names no element"
    try:
        return next((what for what, _remedy in conflicts(field, own=own)), None)
    except ContractError as error:
        return error.what


def _held(contract: Contract, following: set[str], passed: Mapping[str, bool]) -> list[bool]:
    """Whether each rule a followed element lends held in the last build."""
    lent = [
        rule.id
        for rule in rules_of(contract)
        if rule.kind in _FROM_ELEMENT and len(rule.fields) == 1 and rule.fields[0] in following
    ]
    return [passed[rule] for rule in lent if rule in passed]


def _to_be_set(contracts: Iterable[Contract], index: Index) -> tuple[ToBeSet, ...]:
    shared: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for contract in contracts:
        for field in contract.fields:
            heading = folded(field.business_name)
            if heading != folded(field.name) and matching(field, index) is None:
                place = f"{contract.name}.{field.name}"
                shared[heading].append((field.business_name, contract.department.name, place))
    made = [
        ToBeSet(
            entries[0][0],
            tuple(sorted({department for _, department, _ in entries})),
            tuple(place for _, _, place in entries),
        )
        for entries in shared.values()
    ]
    wanted = [each for each in made if len(each.departments) >= SHARED_BY]
    return tuple(sorted(wanted, key=lambda each: (-len(each.departments), -len(each.fields), each.heading)))
