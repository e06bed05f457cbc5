"""What is going to be run: base aggregates on protected tables, and what follows on released values.

Decides the form of a plan, which is plain data: it goes to the worker as canonical JSON and its digest
is the identity of an answer. Does not decide what may be planned (:mod:`space.query.compile` does) nor
how it runs (:mod:`space.engines`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from contracts.canonical import canonical, digest
from policies.terms import Mode
from space.query.auditing.former import Former, Sample
from space.query.planning.tie import Tie

# Grows when the meaning of a plan's parts changes, so that an old stored answer is not reused.
PLAN_VERSION: Final = 5

# Begins the kind of a proof that a rule of the dataset asks for beside those of its units.
GROUP_SIZE: Final = "group:"

# Metadata of an answer: by block and figure, how far it was moved to agree with others; JSON.
MOVED: Final = b"ybz_moved"

Method = Literal["key", "number", "exact"]
BlockKind = Literal["threshold", "dp", "plain"]
Operation = Literal[
    "count", "units", "sum", "avg", "stddev_samp", "stddev_pop", "var_samp", "var_pop",
    "corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "regr_r2",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Domain:
    """The public values of a key: known without looking at any row.

    Attributes:
        sql: SELECT giving one column of values; reads no table.
        size: at least as many as there are values.
    """

    sql: str
    size: int


@dataclass(frozen=True, slots=True)
class Key:
    """One GROUP BY expression over protected columns."""

    name: str
    sql: str
    domain: Domain | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Which rows of a cell an aggregate rests on: its FILTER, its CASE and its non-null tests.

    Attributes:
        sql: TRUE on the rows that count.
    """

    sql: str


@dataclass(frozen=True, slots=True)
class Proof:
    """How "at least k units" is shown for one kind of unit, per condition.

    Attributes:
        kind: of the unit.
        unit: SQL of its pseudonym.
        number: SQL of the row number within the unit.
        methods: for every condition of the block, the first proof that holds.
        least: fewest of them a figure may rest on; 0 = the k of the limits.
        alone: the proof that holds for any rows of the relation, whatever cell and condition fix.
        rows: most rows of the relation that name one unit: a checked fact; 0 = unknown.
    """

    kind: str
    unit: str
    number: str
    methods: tuple[Method, ...]
    least: int = 0
    alone: Method = "exact"
    rows: int = 0

    @property
    def of_units(self) -> bool:
        """Whether it counts units, which a sum may give away; not rows or values of a field."""
        return not self.kind.startswith(GROUP_SIZE)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One base aggregate.

    Attributes:
        name: column of the released table.
        operation: what is computed.
        condition: index into the block's conditions.
        values: SQL of the values, integers of ``1/factor``; two where measures are paired, none for a count.
        factor: what an integer sum is divided by.
        sensitivity: how much one unit can change it (integer form); 0 outside dp.
        rho: what it spends; 0 outside dp.
        sigma: standard deviation of its noise (integer form); 0 outside dp.
        clamped: whether the values are cut off or bent, so that one unit may stand out from all others.
        flat: of every value, the constants that all beyond a clamp become (threshold).
        low, high: public bounds the values of a sum are clamped to (integer form); 0 outside dp.
    """

    name: str
    operation: Operation
    condition: int
    values: tuple[str, ...] = ()
    factor: int = 1
    sensitivity: float = 0.0
    rho: float = 0.0
    sigma: float = 0.0
    clamped: bool = False
    flat: tuple[tuple[str, ...], ...] = ()
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """One base aggregate query over protected tables, and how its cells are made safe.

    Attributes:
        name: of the released table, as the post-processing reads it.
        kind: how cells are made safe.
        from_sql, where_sql: the relation; tables by dataset name.
        keys, conditions, aggregates, proofs: see there. Condition 0 is the cell itself.
        bound: rows one unit can contribute (dp).
        public_keys: whether the cells are the product of the keys' public domains (dp).
        keys_sigma, keys_rho: noise of the hidden row count that decides which keys may show (dp, else 0).
        keys_only: only which cells exist matters, not their figures.
        possible_sql: SELECT giving the parts a cell can have by its conditions; reads no table; may be empty.
        plain_sql: the whole SELECT, where no table of it holds a unit; else empty.
        small: what becomes of cells that rest on too few: ``drop``, ``remainder``, ``null`` (threshold).
        scans: (name in the plan, dataset) of every table read.
        open_sql, filter_sql: the relation without the grant's row filters, and these as one condition.
        labelled: names of the keys whose values are written in the query: conditions in the form of a key.
        labels: of each of these, how many values it has, the missing one apart.
        samples: of every column a condition reads, values that can make conditions differ.
    """

    name: str
    kind: BlockKind
    from_sql: str
    where_sql: str
    keys: tuple[Key, ...]
    conditions: tuple[Condition, ...]
    aggregates: tuple[Aggregate, ...]
    proofs: tuple[Proof, ...] = ()
    bound: int = 0
    public_keys: bool = False
    keys_sigma: float = 0.0
    keys_rho: float = 0.0
    keys_only: bool = False
    possible_sql: str = ""
    plain_sql: str = ""
    small: str = "drop"
    scans: tuple[tuple[str, str], ...] = ()
    open_sql: str = ""
    filter_sql: str = ""
    labelled: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Parameters of the release and caps, from the terms.

    Attributes:
        digits: significant digits a released sum keeps in threshold mode.
    """

    k: int
    dominance_share: float
    p_percent: float
    rounding_base: int
    digits: int
    delta: float
    max_rows: int


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of the answer: its name and its type as far as it is known without data."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked query, ready to run.

    Attributes:
        mode: strictest of its blocks.
        datasets: ``schema.table`` of every table read, sorted.
        blocks: what is computed on protected tables.
        margins: pairs (total, part) of block positions: the cells of the part add up to those of the total.
            Every block is the part of one total at most, so that cells form a tree.
        covered: pairs (block, finest): cells that show only where every cell they are made of shows.
        post_sql: SELECT over the blocks' released tables only.
        columns: of the answer.
        rho: privacy budget it spends, in zCDP; 0 outside dp.
        limits: see :class:`Limits`.
        formers: blocks answered before that a block of this plan is compared with; no part of the query.
        ties: which private figures must agree with one another.
    """

    mode: Mode
    datasets: tuple[str, ...]
    blocks: tuple[Block, ...]
    margins: tuple[tuple[int, int], ...]
    post_sql: str
    columns: tuple[OutputColumn, ...]
    rho: float
    limits: Limits
    covered: tuple[tuple[int, int], ...] = ()
    formers: tuple[Former, ...] = ()
    ties: tuple[Tie, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {"version": PLAN_VERSION, **asdict(self), "mode": str(self.mode)}

    def to_json(self) -> bytes:
        """Canonical JSON, as sent to the worker."""
        return canonical(self.to_document())

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Plan:
        """The plan :meth:`to_document` wrote."""
        return cls(
            mode=Mode(document["mode"]),
            datasets=tuple(document["datasets"]),
            blocks=tuple(_block(b) for b in document["blocks"]),
            margins=tuple((int(a), int(b)) for a, b in document["margins"]),
            post_sql=document["post_sql"],
            columns=tuple(OutputColumn(**c) for c in document["columns"]),
            rho=float(document["rho"]),
            limits=Limits(**document["limits"]),
            covered=tuple((int(a), int(b)) for a, b in document["covered"]),
            formers=tuple(Former.from_document(f) for f in document["formers"]),
            ties=tuple(Tie.from_document(t) for t in document["ties"]),
        )

    @property
    def beside(self) -> dict[str, str]:
        """Datasets it opens to be compared with former blocks only, each with its release."""
        return {dataset: release for former in self.formers for dataset, release in former.more}

    @property
    def canonical_digest(self) -> str:
        """Identity of the query: equal for every text that asks the same in the same way."""
        document = self.to_document()
        del document["formers"]
        return digest(document)

    def explain(self) -> dict[str, Any]:
        """The plan for a person: what is computed, how it is made safe, what it costs."""
        from space.query.telling.explanation import explain

        return explain(self)


def _block(document: Mapping[str, Any]) -> Block:
    return Block(
        **{
            **document,
            "keys": tuple(
                Key(k["name"], k["sql"], None if k["domain"] is None else Domain(**k["domain"]))
                for k in document["keys"]
            ),
            "conditions": tuple(Condition(**c) for c in document["conditions"]),
            "aggregates": tuple(
                Aggregate(**{**a, "values": tuple(a["values"]), "flat": tuple(map(tuple, a["flat"]))})
                for a in document["aggregates"]
            ),
            "proofs": tuple(Proof(**{**p, "methods": tuple(p["methods"])}) for p in document["proofs"]),
            "scans": tuple((scan, dataset) for scan, dataset in document["scans"]),
            "labelled": tuple(document["labelled"]),
            "labels": tuple(document["labels"]),
            "samples": tuple(Sample.from_document(s) for s in document["samples"]),
        }
    )
