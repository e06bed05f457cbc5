"""Column lineage of composed datasets: which column comes from which, and what is inherited on the way.

Decides the edges of a composed dataset from its SQL, the order of builds, the grade and the unit kinds
that come down from its inputs. Does not run the SQL.

An edge to target field ``*`` touches every column of the target: a column that rows were filtered,
joined, grouped or sorted by. An edge from source field ``*`` says that only rows were counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from catalog.errors import CatalogError, UnknownDataset
from catalog.lineage.graph import EVERY, INDIRECT, Edge, edges_around, impact, record_all, record_edges
from catalog.lineage.order import LineageCycle, ordered
from catalog.lineage.sql import LineageError, Origin, inputs_of, origins
from catalog.revisions import as_of, current
from contracts.model import Contract, Field
from policies.grading import dataset_grade, item_grade

__all__ = [
    "EVERY",
    "INDIRECT",
    "Edge",
    "Inherited",
    "LineageCycle",
    "LineageError",
    "UnknownInput",
    "build_order",
    "column_lineage",
    "declared_grade",
    "edges_around",
    "impact",
    "inherited",
    "inherited_grade",
    "inputs_of",
    "kinds_behind",
    "known_inputs",
    "ordered",
    "record_all",
    "record_edges",
]


class UnknownInput(CatalogError):
    """A composed dataset reads a dataset the ledger does not have."""

    def __init__(self, target: str, source: str) -> None:
        self.target, self.source = target, source
        super().__init__(f"{target} is made from {source}, which is not in the ledger — catalogue it first")


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a field of a composed dataset inherits.

    Attributes:
        grade: the highest of its inputs.
        personal, sensitive: whether an input is.
        direct: whether a direct input alone gives that grade.
    """

    grade: int
    personal: bool
    sensitive: bool
    direct: bool


def column_lineage(target: Contract, contracts: Mapping[str, Contract]) -> tuple[Edge, ...]:
    """The edges into a composed dataset; none for a dataset that is not composed.

    Args:
        target: its contract.
        contracts: dataset name → contract, of every input at least.

    Raises:
        UnknownInput: the SQL reads a dataset that is not among ``contracts``.
        LineageError: the SQL cannot be read, or does not produce a field of the contract.
    """
    if target.composed is None:
        return ()
    inputs = inputs_of(target.composed.sql)
    for source in inputs:
        if source not in contracts:
            raise UnknownInput(target.name, source)
    columns = {name: tuple(f.name for f in contracts[name].fields) for name in inputs}
    found = origins(target.composed.sql, columns, target.name)
    for item in target.fields:
        if item.name not in found.fields:
            raise LineageError(f"the SQL of {target.name} does not produce the field {item.name}")
    edges = {
        (origin.dataset, origin.field, item.name): Edge(
            origin.dataset, origin.field, target.name, item.name, origin.subtype
        )
        for item in target.fields
        for origin in _strongest(found.fields[item.name])
    }
    for origin in _strongest(found.rows):
        key = (origin.dataset, origin.field, EVERY)
        edges[key] = Edge(origin.dataset, origin.field, target.name, EVERY, origin.subtype)
    for source in inputs:
        if not any(edge.source_dataset == source for edge in edges.values()):
            edges[source, EVERY, EVERY] = Edge(source, EVERY, target.name, EVERY, "ROWS")
    return tuple(edges[key] for key in sorted(edges))


def inherited(
    edges: Iterable[Edge], contracts: Mapping[str, Contract], fields: Iterable[Field]
) -> dict[str, Inherited]:
    """What each field inherits from its inputs, direct and indirect, through every generation.

    Args:
        edges: into one dataset, see :func:`column_lineage`.
        contracts: of all ancestors.
        fields: of the composed dataset.

    Source: GB/T 43697-2024 Annex I; lowering is a person's recorded decision.
    """
    known, heirs = tuple(edges), _Heirs(contracts)
    return {item.name: heirs.of(item.name, known) for item in fields}


def inherited_grade(target: Contract, contracts: Mapping[str, Contract]) -> int:
    """The highest grade among the inputs of a composed dataset; 1 where it has none."""
    edges = column_lineage(target, contracts)
    return max((i.grade for i in inherited(edges, contracts, target.fields).values()), default=1)


def declared_grade(target: Contract, contracts: Mapping[str, Contract]) -> int:
    """The grade of a dataset before anything is found in its rows: its own, and what it inherits."""
    return max(dataset_grade(target), inherited_grade(target, contracts))


def kinds_behind(name: str, contracts: Mapping[str, Contract]) -> frozenset[str]:
    """Unit kinds a dataset or any of its ancestors is about or names.

    Args:
        name: of the dataset.
        contracts: dataset name → contract.

    Raises:
        UnknownInput: an ancestor is not among ``contracts``.
        LineageCycle: datasets are made from each other.
    """
    kinds: set[str] = set()
    for ancestor in _with_ancestors(name, contracts):
        kinds |= {f.unit.kind for f in contracts[ancestor].unit_fields if f.unit is not None}
    return frozenset(kinds)


def build_order(contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """Dataset names so that every input stands before what is made from it; by name where free.

    Inputs that are not among ``contracts`` are passed over.

    Raises:
        LineageCycle: datasets are made from each other; the path is shown.
    """
    return ordered({name: _inputs(contract) for name, contract in contracts.items()})


def known_inputs(connection: Connection, *given: Contract, at: datetime | None = None) -> dict[str, Contract]:
    """The contracts given, those of their inputs and of all their ancestors; no other is parsed.

    What an input is made from is read from its contract in force, so that a circle is seen before its
    edges are stored.

    Args:
        connection: to read with.
        given: contracts about to enter the ledger; each stands for its former revision.
        at: the instant whose revisions are read; those in force now where None.

    Raises:
        UnknownInput: an input or ancestor is not in the ledger.
        LineageCycle: a dataset would be made from itself; the path is shown.
    """
    known = {contract.name: contract for contract in given}
    waiting = [(contract.name, source) for contract in given for source in _inputs(contract)]
    while waiting:
        target, source = waiting.pop()
        if source in known:
            continue
        known[source] = _in_force(connection, target, source, at)
        waiting += [(source, each) for each in _inputs(known[source])]
    build_order(known)
    return known


def _in_force(connection: Connection, target: str, source: str, at: datetime | None) -> Contract:
    """The contract of an input, now or as it was."""
    try:
        found = (current(connection, source),) if at is None else as_of(connection, at, source)
    except UnknownDataset:
        found = ()
    if not found:
        raise UnknownInput(target, source)
    return found[0].contract


def _strongest(origins_of: Iterable[Origin]) -> list[Origin]:
    """One origin a source column: the last in the order of subtypes says most."""
    chosen: dict[tuple[str, str], Origin] = {}
    for origin in sorted(origins_of, key=lambda o: (o.dataset, o.field, o.rank)):
        chosen[origin.dataset, origin.field] = origin
    return list(chosen.values())


class _Heirs:
    """What fields have and inherit, generation by generation, each dataset's lineage read once."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = contracts
        self._edges: dict[str, tuple[Edge, ...]] = {}

    def of(self, name: str, edges: tuple[Edge, ...]) -> Inherited:
        """What the field called ``name`` inherits through ``edges``."""
        grade = direct_grade = 1
        personal = sensitive = False
        for edge in edges:
            if edge.target_field not in (name, EVERY):
                continue
            found = self._has(self._contracts[edge.source_dataset], edge.source_field)
            grade = max(grade, found.grade)
            direct_grade = direct_grade if edge.indirect else max(direct_grade, found.grade)
            personal |= found.personal
            sensitive |= found.sensitive
        return Inherited(grade, personal, sensitive, direct=direct_grade == grade)

    def _has(self, source: Contract, name: str) -> Inherited:
        """What a source field is by its own contract and by its ancestors."""
        # Counted rows have no field: they are graded by how their dataset is shared.
        item = Field(name="rows") if name == EVERY else source.field(name)
        grade = item_grade(item, source.sharing.type).grade
        if source.name not in self._edges:
            self._edges[source.name] = column_lineage(source, self._contracts)
        behind = self.of(name, self._edges[source.name])
        return Inherited(
            max(grade, behind.grade),
            item.personal or item.sensitive or behind.personal,
            item.sensitive or behind.sensitive,
            direct=True,
        )


def _inputs(contract: Contract) -> tuple[str, ...]:
    return inputs_of(contract.composed.sql) if contract.composed is not None else ()


def _with_ancestors(name: str, contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    reached: dict[str, None] = {}
    waiting = [(name, name)]
    while waiting:
        target, source = waiting.pop()
        if source not in contracts:
            raise UnknownInput(target, source)
        if source not in reached:
            reached[source] = None
            waiting += [(source, each) for each in _inputs(contracts[source])]
    return tuple(reached)
