"""What each field of a dataset is, after its declaration, its findings, its ancestors and decisions.

Decides how grades and personal flags come down through lineage (joins, expressions, unions, windows,
conditions), what statistical outputs leave behind by rule, and which personal sources a dataset merges.
Takes no decision and reads no rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from catalog.classify.decided import Decided, decided
from catalog.classify.finding import Finding
from catalog.lineage.columns import EVERY, Edge, column_lineage, kinds_behind
from catalog.store.tables.releases import builds, findings
from contracts.model import Composition, Contract, Field
from policies.disclosure import defaults
from policies.grading import item_grade
from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class Level:
    """A grade with the flags that go with it."""

    grade: int = 1
    personal: bool = False
    sensitive: bool = False

    def __or__(self, other: Level) -> Level:
        """就高从严: the stricter of both in every part."""
        return Level(
            max(self.grade, other.grade), self.personal or other.personal, self.sensitive or other.sensitive
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """One field, part by part.

    Attributes:
        declared: by the contract, with the floors of what it declares.
        found: by detectors in the rows of the last build, decisions applied.
        inherited: from its sources, what rule and decision take off applied.
        effective: all of it, 就高从严.
    """

    declared: Level
    found: Level
    inherited: Level
    effective: Level


class Standings:
    """Fields of datasets as they stand on a day, ancestors first; each dataset is looked at once.

    Args:
        contracts: dataset name → contract, of all ancestors.
        found: gives the findings in a dataset's rows.
        decisions: gives the decisions in force on a dataset.
        on: day of the rules.
    """

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        found: Callable[[Contract], tuple[Finding, ...]],
        decisions: Callable[[Contract], Decided],
        on: date,
    ) -> None:
        self._contracts, self._found, self._decisions, self.on = contracts, found, decisions, on
        self._known: dict[str, dict[str, Standing]] = {}
        self._edges: dict[str, tuple[Edge, ...]] = {}

    @classmethod
    def of_store(cls, connection: Connection, contracts: Mapping[str, Contract], on: date) -> Standings:
        """Standings by what the store knows: the findings of last releases, the decisions in force."""
        return cls(
            contracts,
            lambda contract: findings_of(connection, contract),
            lambda contract: decided(connection, contract, on),
            on,
        )

    def fields(self, name: str) -> Mapping[str, Standing]:
        """Every field of a dataset as it stands."""
        if name not in self._known:
            contract = self._contracts[name]
            made = self._decisions(contract)
            counted = made.counted(self._found(contract))
            behind = self.inherited(contract, made)
            self._known[name] = {
                item.name: _standing(item, contract, counted, behind[item.name], made)
                for item in contract.fields
            }
        return self._known[name]

    def inherited(self, target: Contract, made: Decided) -> dict[str, Level]:
        """What the fields of a dataset inherit, directly and by what its rows were chosen by.

        Args:
            target: its contract; need not be the one in force.
            made: decisions in force on it.

        Source: GB/T 43697-2024 Annex I; ``policies/rules/classification.yaml``, rule ``statistics``.
        """
        levels = {item.name: Level() for item in target.fields}
        down = self._statistics(target)
        for edge in self._edges_into(target):
            level = self._source(edge)
            if edge.subtype in down:
                level = Level(min(level.grade, down[edge.subtype]))
            for name in levels if edge.target_field == EVERY else (edge.target_field,):
                levels[name] |= level
        return {name: _at(level, made.lowered(name, level.grade)) for name, level in levels.items()}

    def merged(self, target: Contract) -> dict[str, tuple[str, ...]]:
        """The personal fields that come into a unit-level dataset, by source; {} of any other.

        One source alone is no merge: see the rule ``merged_sources``.
        """
        if target.composed is None or target.composed.kind is not Composition.UNIT_LEVEL:
            return {}
        sources: dict[str, set[str]] = {}
        for edge in self._edges_into(target):
            if edge.source_field != EVERY and self._source(edge).personal:
                sources.setdefault(edge.source_dataset, set()).add(edge.source_field)
        if len(sources) < int(rule("classification", "merged_sources", self.on).value):
            return {}
        return {name: tuple(sorted(sources[name])) for name in sorted(sources)}

    def _source(self, edge: Edge) -> Level:
        contract = self._contracts[edge.source_dataset]
        if edge.source_field == EVERY:
            # Counted rows have no field: they are graded by how their dataset is shared.
            return Level(item_grade(Field(name="rows"), contract.sharing.type).grade)
        return self.fields(edge.source_dataset)[edge.source_field].effective

    def _edges_into(self, target: Contract) -> tuple[Edge, ...]:
        known = self._contracts.get(target.name) is target
        if known and target.name in self._edges:
            return self._edges[target.name]
        edges = column_lineage(target, self._contracts)
        if known:
            self._edges[target.name] = edges
        return edges

    def _statistics(self, target: Contract) -> Mapping[str, int]:
        """Use of a source → the level left of it in a statistical dataset; {} where no rule lowers it.

        Cells of a statistical dataset that has units behind it leave a build only under the disclosure
        rules; where their smallest group is below what the rule asks for, or no units are declared,
        nothing goes down.
        """
        if target.composed is None or target.composed.kind is not Composition.STATISTICAL:
            return {}
        ruled = rule("classification", "statistics", self.on).value
        if self._smallest < ruled["k"] or not kinds_behind(
            target.name, {**self._contracts, target.name: target}
        ):
            return {}
        return dict.fromkeys(ruled["operations"], int(ruled["floor"]))

    @cached_property
    def _smallest(self) -> int:
        return defaults(self.on).k


def findings_of(connection: Connection, contract: Contract, *, released: bool = False) -> tuple[Finding, ...]:
    """What detectors found in the last build of a dataset that came as far as its findings.

    Args:
        connection: to the store.
        contract: of the dataset; findings of fields it lacks are left out.
        released: only of a build that was released.
    """
    b = builds.c
    states = ("released",) if released else ("released", "stopped")
    last = (
        select(b.id)
        .where(b.dataset == contract.name, b.grade.is_not(None), b.state.in_(states))
        .order_by(b.ended_at.desc(), b.id)
        .limit(1)
        .scalar_subquery()
    )
    f = findings.c
    query = select(f.field, f.detector, f.grade, f.score, f.evidence, f.beyond_declared)
    known = {item.name for item in contract.fields}
    return tuple(
        _finding(*row)
        for row in connection.execute(query.where(f.build_id == last).order_by(f.field, f.detector))
        if row.field in known
    )


def _finding(
    name: str, detector: str, grade: int, score: float, evidence: Mapping[str, Any], beyond: bool
) -> Finding:
    # What was found before flags were kept with it is read by its grade, 就高从严.
    personal, sensitive = evidence.get("personal", grade >= 2), evidence.get("sensitive", grade >= 4)
    return Finding(name, detector, grade, score, dict(evidence), personal, sensitive, beyond)


def dataset_grade(
    contract: Contract, counted: Iterable[Finding], made: Decided, behind: Mapping[str, Level]
) -> int:
    """The grade of a dataset: the highest of its fields, and of what it declares as a whole.

    Args:
        contract: of the dataset.
        counted: findings in its rows, as decisions leave them.
        made: decisions in force on it.
        behind: field → what it inherits; a field that inherits nothing may be missing.
    """
    found = tuple(counted)
    levels = [
        _standing(item, contract, found, behind.get(item.name, Level()), made).effective
        for item in contract.fields
    ]
    return max(contract.grade or 1, *(level.grade for level in levels))


def declared(item: Field, contract: Contract) -> Level:
    """What a contract says of a field."""
    grade = item_grade(item, contract.sharing.type).grade
    return Level(grade, item.personal or item.sensitive, item.sensitive)


def _standing(
    item: Field, contract: Contract, counted: tuple[Finding, ...], behind: Level, made: Decided
) -> Standing:
    said = declared(item, contract)
    said = replace(said, grade=made.lowered(item.name, said.grade))
    found = Level()
    for each in counted:
        if each.field == item.name:
            found |= Level(each.grade, each.personal, each.sensitive)
    effective = said | found | behind | Level(made.raised(item.name))
    return Standing(said, found, behind, effective)


def _at(level: Level, grade: int) -> Level:
    """A level brought down to a decided grade, with the flags that grade leaves."""
    if grade >= level.grade:
        return level
    return Level(grade, level.personal and grade >= 2, level.sensitive and grade >= 4)
